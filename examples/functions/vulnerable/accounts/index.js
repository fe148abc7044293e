const users = require("./users");
const { issueToken, tokenFrom, whoIs } = require("./tokens");

const reply = (statusCode, payload) => ({
  statusCode,
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(payload),
});

async function signIn(event) {
  const { email, password } = JSON.parse(event.body);
  const user = await users.byCredentials(email, password);
  if (!user) {
    return reply(401, { message: "wrong e-mail address or password" });
  }
  return reply(200, { token: issueToken(user) });
}

async function profile(event) {
  const claims = whoIs(tokenFrom(event.headers));
  const user = await users.byId(claims.sub);
  return user ? reply(200, { email: user.email, name: user.name }) : reply(404, {});
}

exports.handler = async (event) => {
  switch (event.routeKey) {
    case "POST /sign-in":
      return signIn(event);
    case "GET /profile":
      return profile(event);
    default:
      return reply(404, { message: "not found" });
  }
};
