const path = require("node:path");
const express = require("express");
const { renderGreeting, productPage } = require("./pages");
const catalogue = require("./catalogue");

const app = express();
app.disable("x-powered-by");

app.get("/products/:sku", async (req, res) => {
  const product = await catalogue.find(req.params.sku);
  if (!product) {
    res.status(404).send(`<p>There is no product ${req.params.sku}</p>`);
    return;
  }
  res.send(productPage(product));
});

app.get("/campaigns/preview", (req, res) => {
  res.send(renderGreeting(req.query.text, req.query.name));
});

app.get("/manuals/:file", (req, res) => {
  res.sendFile(path.join(__dirname, "manuals", req.params.file));
});

app.get("/return", (req, res) => {
  const target = req.query.url || "/";
  res.redirect(target);
});

module.exports = app;
