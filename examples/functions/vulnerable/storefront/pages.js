const ejs = require("ejs");

const PRODUCT = "<!doctype html><h1><%= product.title %></h1><p><%= product.price %> EUR</p>";

function productPage(product) {
  return ejs.render(PRODUCT, { product });
}

function renderGreeting(text, name) {
  const template = `<!doctype html><p>${text}</p><p>Yours, <%= name %></p>`;
  return ejs.render(template, { name });
}

module.exports = { productPage, renderGreeting };
