function first() { return 1; }
function broken(a) {
  if (a) {
    return 2;
}
function second() { return 3; }
const c = second();
