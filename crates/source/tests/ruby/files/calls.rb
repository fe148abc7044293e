foo
foo()
foo 1, two: 2, "three" => 3
foo(*args, **options, &block)
foo(&:strip)
foo { |x| x + 1 }
obj.foo.bar(1) do |a, (b, c), *d, e: 1, **f, &g|
  next a if b
  c
end
obj&.name
obj::method(1)
A::B.new(1).run
self.foo = 1
obj.a, obj[0] = 1, 2
obj.count += 1
obj.name ||= "x"
self.total -= 2
list[0] ||= 1
list[1, 2]; list[1..]; list[0...3]; list[-3..-1]; list[a, b]
obj.send(:run, 1)
obj.public_send("name=", 2)
send(:helper, 3)
obj.send(dynamic, 4)
obj.try(:upcase)
f.(1)
f.call(2)
callback = method(:foo)
items.each(&method(:puts))
x =~ /a/
x !~ y
/a/ === x; String === x; (1..2) === x; x === y
/(?<year>\d+)-(?<month>\d+)/ =~ date
$1; $~; $&
a << b << c
!a; not a; -a; +a; ~a
a <=> b; a == b; a != b; a < b; a ** b
x.is_a?(String); x.nil?; "x".freeze
raise; raise "no"; raise Failure; raise Failure, "why"; raise Failure.new(1)
->(x, y = 2) { return x }
lambda { |x| x }
proc do |x| x end
[1].map { _1 + _2 }
[1].map { it + 1 }
def forward(...) = target(...)
def anonymous(*, **, &) = target(*, **, &)
defined?(x)
puts [1].first, "x" if y
