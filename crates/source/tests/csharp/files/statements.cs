class C {
    void M(string[] args) {
        var a = 1; int b = 2, c; const string d = "x"; C e = new(1);
        if (a > 1) b = 1; else if (a > 2) { b = 2; } else { b = 3; }
        while (a < 3) a++;
        do { --a; } while (a > 0);
        for (int i = 0, j = 9; i < j; i++, j--) { continue; }
        for (;;) break;
        foreach (var x in args) use(x);
        foreach (DataRow row in table.Rows) use(row);
        foreach (var (k, v) in map) use(k);
        await foreach (var y in stream()) use(y);
        try { use(a); } catch (IOException ex) when (ex.Code is int code && code > 1) { use(ex); }
        catch (ArgumentException) { throw; } catch { throw new E("m"); } finally { done(); }
        using (var r = open()) { use(r); }
        using (FileStream f = File.Open(p), g = null) use(f);
        using (lockIt()) { }
        lock (this) { a = 1; }
        checked { a++; } unsafe { fixed (char* p = s) { use(*p); } }
        goto end;
        end: use(a);
        int Local(int n) => n * 2;
        using var first = new Stream(a);
        use(first);
        await using Reader second = first.Reader();
        use(second);
        ;
        return;
    }
}
