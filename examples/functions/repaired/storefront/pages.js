const ejs = require("ejs");

const PRODUCT = "<!doctype html><h1><%= product.title %></h1><p><%= product.price %> EUR</p>";
const MISSING = "<!doctype html><p>There is no product <%= sku %></p>";
const GREETING = "<!doctype html><p><%= text %></p><p>Yours, <%= name %></p>";

function productPage(product) {
  return ejs.render(PRODUCT, { product });
}

function missingPage(sku) {
  return ejs.render(MISSING, { sku });
}

function renderGreeting(text, name) {
  return ejs.render(GREETING, { text, name });
}

module.exports = { missingPage, productPage, renderGreeting };
