// Everything that declares.
package com.example . shop;

import java.util.*;
import java.util.Map.Entry;
import static java.lang.Math.max;
import static java.util.stream.Collectors.*;

@Entity
@Table(name = "orders", indexes = {@Index("a"), @Index(columns = "b")})
public sealed abstract class Order<T extends Comparable<T> & Runnable> extends Base<T>
        implements Serializable, a.b.Other<Map<String, ? extends Number>> permits Sub {
    private static final long serialVersionUID = 1L, second;
    @Inject @Named("x") protected Map<String, List<int[]>> map[] = null;
    volatile int[] xs = {1, 2}, ys[] = {{3}, {}};
    static { System.loadLibrary("x"); }
    { xs = null; }

    public Order(final T first, @Valid String... rest) throws IOException {
        super(first);
        this.rest = rest;
    }

    private Order() { this(null); }

    @Override
    @Deprecated(since = "9")
    public synchronized <U> U[] find(int[] a[], Outer.Inner<U> in)[] throws E { return null; }

    abstract void nothing();

    native int machine(Order<T> this, int x);

    class Inner { int y = Order.this.size; void up() { Order.super.toString(); } }
    static class Nested {}
    interface Callback { int LIMIT = 10; void call(String s); default void twice() {} static void made() {} }
    enum Color implements Named { RED, GREEN("g") { @Override int code() { return 1; } }, @Old BLUE(1, 2);
        private final int code;
        Color(int code) { this.code = code; }
        int code() { return code; } }
    enum Empty {}
    record Point(int x, @Min(0) int y) implements P {
        Point { if (x < 0) throw new IllegalArgumentException(); }
        static int count;
        int sum() { return x + y; }
        public int x() { return -x; }
    }
    record Pair<A>(A a, A b) { Pair(A a, A b) { this.a = a; this.b = b; } Pair(A a) { this(a, a); } }
    @interface Marker { String value() default "x"; int[] sizes() default {}; }
}

interface Second extends A, B<C> { }
