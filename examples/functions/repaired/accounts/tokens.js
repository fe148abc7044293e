const jwt = require("jsonwebtoken");
const { SecretsManagerClient, GetSecretValueCommand } = require("@aws-sdk/client-secrets-manager");

const secrets = new SecretsManagerClient({});
let key;

async function tokenKey() {
  if (key === undefined) {
    const answer = await secrets.send(
      new GetSecretValueCommand({ SecretId: process.env.TOKEN_KEY_SECRET }),
    );
    key = answer.SecretString;
  }
  return key;
}

async function issueToken(user) {
  return jwt.sign({ sub: user.publicId }, await tokenKey(), { expiresIn: "1h", algorithm: "HS256" });
}

function tokenFrom(headers) {
  return (headers.authorization || "").replace(/^Bearer /, "");
}

async function whoIs(token) {
  return jwt.verify(token, await tokenKey(), { algorithms: ["HS256"] });
}

module.exports = { issueToken, tokenFrom, whoIs };
