nil; true; false; self
1; 0x1F; 1_000; 99999999999999999999; 2.5; 3r; 2i
'a\'b'; "tab\t\u00e9"; "a" 'b'; ?x; %w[one two]; %i[one two]; :sym; :"quoted sym"; %q(x); %Q(#{1})
"hello #{name} and #{@name} #$name #@@name"
"joined" " #{here}"
:"dyn#{1}"
/^a+$/; /b/imx; %r{c/d}; /x#{y}/o
`ls`; %x(rm #{dir})
[1, *rest, 2]; {a: 1, "b" => 2, "c": 3, d => 4, **more}; {x:, y:}
1..2; 1...2; (1..); (..2)
__FILE__; __LINE__; __ENCODING__; __method__; __dir__
text = <<~SQL
  SELECT *
    FROM #{table}
SQL
call(<<-ONE, <<'TWO')
  one
  ONE
two #{not}
TWO
