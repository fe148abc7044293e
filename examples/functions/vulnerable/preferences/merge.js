const _ = require("lodash");

function mergeDeep(target, ...sources) {
  for (const source of sources) {
    _.merge(target, source);
  }
  return target;
}

module.exports = { mergeDeep };
