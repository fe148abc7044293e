print "hello, %s" % name
exec code in scope
def ok(event):
    return event["x"]
x = = 2
def missing(:
    pass
class C
    y = 1
foo(a, b
def after(): return 1
try:
    pass
x = "unterminated
f(1 = 2)
a + = b
for in y: pass
except ValueError, e:
    pass
def last(): return `x`, 0777, 10L
z = last()
