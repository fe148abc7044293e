#define X
#if X
using A;
#else
using B;
#endif
class C {
#if DEBUG
    int debug;
#elif TRACE
    int trace;
#else
    int release;
#endif
    #region r
    void M() {
#if A
        first();
#elif B
        second();
#else
        third();
#endif
#if A
        var x = 1;
#else
        var x = 2;
#endif
        use(x);
#pragma warning disable 1
    }
    #endregion
#if NET
    [Attr]
#endif
    void N() { }
    enum E {
#if A
        One
#endif
        , Two
    }
}
