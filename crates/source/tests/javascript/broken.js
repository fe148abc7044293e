import { a } from 'a';
function good() { return a; }
function broken() {
  if (x) {
    return 1 +;
}
const after = good();
export function last() { return after; }
