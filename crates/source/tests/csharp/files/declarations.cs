using System;
using A.B;
using static A.B.C;
using X = A.B.C<int>;
using Y = D;
global using global::System.Text;
[assembly: LambdaSerializer(typeof(Json))]
namespace N.M {
    using E.F;
    public partial class A<T> : B<T>, N.I where T : class, new() { class Inner { } }
    abstract class Shape(string name, int size = 1) : Base(name) { private readonly string _upper = name.ToUpper(); public string Name => _upper; }
    struct S { public int X; }
    public record Point(int X, [property: JsonName("y")] int Y) : Base(X), IShape { public int Z { get; init; } = 3; }
    record struct Pair(int A);
    enum Color : byte { Red, [Label("g")] Green = 5, Blue, Mixed = Red | Blue, Last }
    delegate int Handler(object sender, EventArgs e);
    interface IThing { void Run(); int Size { get; set; } static int Two() => 2; }
}
