def plain(a, b = 1, *rest, c, d:, e: 2, **more, &block)
  yield a
  block.call(b)
end
def yields
  yield 1, two: 2
end
def find(list)
  list.each do |x|
    return x if x.ok?
  end
  nil
end
def tail(x)
  if x
    case x
    when 1 then "one"
    else
      begin
        risky
      rescue
        "failed"
      ensure
        close
      end
    end
  end
end
def endless(x) = x * 2
def self.single = 1
def obj.of_one; end
def rescued
  1
rescue Error
  2
end
def early(x)
  return 1, 2 if x
  return
end
def nested
  def inner; end
end
define_method(:outside) { 1 }
