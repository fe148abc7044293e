package p;
import module java.base;
import java.util.List;
class Broken {
    void varargs(@Nullable Object @Nullable ... xs) { use(xs); }
    int before() { return 1; }
    void half( { x = ; y.foo(1); }
    void cut() { String s = "a" + ; run(s) }
    Broken(int x) { int y = x; super(y); }
    int after() { return 2 }
    @
}
void main() { }
}
class Last { void m() { exec(a
