const KNOWN = ["newsletter", "displayName", "layout"];
const LAYOUT = ["density", "columns"];

function pick(source, names) {
  return Object.fromEntries(names.filter((name) => name in source).map((name) => [name, source[name]]));
}

function mergeDeep(target, ...sources) {
  return sources.reduce((merged, source) => {
    const { layout, ...rest } = pick(source, KNOWN);
    return { ...merged, ...rest, layout: { ...merged.layout, ...pick(layout ?? {}, LAYOUT) } };
  }, target);
}

module.exports = { mergeDeep };
