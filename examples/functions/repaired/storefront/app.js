const path = require("node:path");
const express = require("express");
const { missingPage, renderGreeting, productPage } = require("./pages");
const catalogue = require("./catalogue");

const app = express();
app.disable("x-powered-by");

const RETURN_PAGES = new Map([
  ["cart", "/cart"],
  ["account", "/account/overview"],
]);

app.get("/products/:sku", async (req, res) => {
  const product = await catalogue.find(req.params.sku);
  if (!product) {
    res.status(404).send(missingPage(req.params.sku));
    return;
  }
  res.send(productPage(product));
});

app.get("/campaigns/preview", (req, res) => {
  res.send(renderGreeting(req.query.text, req.query.name));
});

app.get("/manuals/:file", (req, res) => {
  res.sendFile(path.basename(req.params.file), { root: path.join(__dirname, "manuals") });
});

app.get("/return", (req, res) => {
  const target = RETURN_PAGES.get(req.query.page) ?? "/";
  res.redirect(target);
});

module.exports = app;
