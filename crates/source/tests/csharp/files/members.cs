namespace N;
[Serializable, Table("t", Schema = "s")]
class C : Base {
    public const int Max = 3, Min = -Max;
    private static readonly List<string> names = new() { "a" };
    int plain, other = 2;
    int? maybe; string[] many; Dictionary<string, int[]> map; dynamic any;
    [JsonProperty("p")] public int Auto { get; private set; } = 3;
    public string Both { get { return plain.ToString(); } set => other = value.Length; }
    public string Trimmed { get; set { field = value.Trim(); } }
    public int this[int i, string s] { get => i; set { other = value; } }
    public event EventHandler Plain;
    public event EventHandler Full { add { other++; } remove { other--; } }
    static C() { names.Add("b"); }
    public C() : this(1) { }
    protected C(int x) : base(x, 2) => plain = x;
    ~C() { Close(); }
    public static C operator +(C a, C b) => a;
    public static bool operator !(C a) { return false; }
    public static implicit operator string(C c) => c.Both;
    int I.Explicit<U>(ref int r, out string s, in long l, params int[] xs) { s = ""; return r; }
    public static string Shout([NotNull] this string s, int times = 2) => s + times;
    public async Task<int> Work(CancellationToken token = default) => await Other();
    IEnumerable<int> Count() { yield return 1; yield break; }
    abstract void Nothing(); partial void Part();
    internal void Inner() { } protected void Kept() { } void Hidden() { }
    delegate void D(); enum E { A }
}
