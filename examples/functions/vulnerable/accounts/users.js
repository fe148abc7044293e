const crypto = require("node:crypto");
const { MongoClient } = require("mongodb");

const client = new MongoClient(process.env.MONGODB_URI);
const users = client.db("shop").collection("users");

function digest(password) {
  return crypto.createHash("md5").update(password).digest("hex");
}

async function byCredentials(email, password) {
  const user = await users.findOne({ email, active: true });
  return user && user.passwordDigest === digest(password) ? user : null;
}

function byId(id) {
  return users.findOne({ publicId: String(id) });
}

module.exports = { byCredentials, byId };
