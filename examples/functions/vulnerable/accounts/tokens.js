const jwt = require("jsonwebtoken");

function issueToken(user) {
  return jwt.sign({ sub: user.publicId }, "shop-accounts-token-key", { expiresIn: "1h" });
}

function tokenFrom(headers) {
  return (headers.authorization || "").replace(/^Bearer /, "");
}

function whoIs(token) {
  return jwt.decode(token) || {};
}

module.exports = { issueToken, tokenFrom, whoIs };
