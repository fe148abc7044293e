const bcrypt = require("bcrypt");
const { MongoClient } = require("mongodb");

const client = new MongoClient(process.env.MONGODB_URI);
const users = client.db("shop").collection("users");

async function byCredentials(email, password) {
  const user = await users.findOne({ email, active: true });
  const matches = user && (await bcrypt.compare(password, user.passwordHash));
  return matches ? user : null;
}

function byId(id) {
  return users.findOne({ publicId: String(id) });
}

module.exports = { byCredentials, byId };
