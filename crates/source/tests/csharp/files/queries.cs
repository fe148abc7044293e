class C {
    void M() {
        var a = from x in xs where x > 1 select x.Name;
        var b = from Foo x in xs from y in x.Ys let z = y.Z where z > x.A orderby x.A descending, y.B select new { x, z };
        var c = from x in xs join y in ys on x.Id equals y.Id join z in zs on y.K equals z.K into g select g;
        var d = from x in xs group x.Name by x.Key into grouped where grouped.Any() select grouped.Key;
    }
}
