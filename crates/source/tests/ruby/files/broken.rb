class A
  def foo(
    bar(1
  end
  def ok
    puts "fine"
  end
if x
