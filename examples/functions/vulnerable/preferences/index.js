const { load, save } = require("./store");
const { confirmationPage } = require("./page");
const { mergeDeep } = require("./merge");

const DEFAULTS = { newsletter: false, layout: { density: "cosy", columns: 2 } };

exports.handler = async (event) => {
  const customer = event.requestContext.authorizer.jwt.claims.sub;
  const current = mergeDeep({}, DEFAULTS, await load(customer));
  const wanted = mergeDeep(current, JSON.parse(event.body));
  await save(customer, wanted);
  return {
    statusCode: 200,
    headers: { "Content-Type": "text/html; charset=utf-8" },
    body: confirmationPage(wanted),
  };
};
