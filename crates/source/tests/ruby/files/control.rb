if a then 1 elsif b then 2 else 3 end
unless a
  1
else
  2
end
x = if a then 1 else 2 end
y = if a
      b
      c
    elsif d
      e
    end
z = a ? b : c
foo if bar
foo unless bar
foo while bar
foo until bar
begin; foo; end while bar
while a do b; break if c; next; end
until a do b end
for i, j in list do puts i end
loop do
  break if done
end
case x
when 1, 2 then a
when String then b
when LIMIT then c
else d
end
value = case x
        when /a+/ then 1
        when 1..5, *LIST then 2
        end
case
when a then 1
when b, c then 2
end
case config
in {name: String => name, age: Integer | Float => age} if age > 3 then a
in [first, *rest] unless rest.empty? then b
in Point(x:, y:) then c
in [Integer, *, "x", *] then d
in ^pinned then e
in nil | 0..5 then f
else g
end
config => {name:, port: [first, *]}
found = config in {name: String}
begin
  risky
rescue IOError, Timeout::Error => e
  puts e
  retry
rescue => @error
  nil
else
  fine
ensure
  close
end
value = risky rescue other
result = begin
  risky
rescue
  0
end
a, (b, *c), @d, E = 1, [2, 3]
first, *, last = *list
a = b = 1
a += 1; a ||= 2; a &&= 3; @a ||= 4; @@a += 5; $a ||= 6; A ||= 7; A::B ||= 8
return 1
BEGIN { first }
END { last }
alias $new $old
undef foo
(a; b)
x = (a; b)
a and b or not c
redo_it = [1, 2].each do |n|
  redo if n
end
