class C {
#if ASYNC
    async Task M(int a)
#else
    void M(int a)
#endif
    {
        use(a);
#if false
        old(
#else
        fresh(a);
#endif
    }
}
