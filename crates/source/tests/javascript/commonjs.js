const AWS = require('aws-sdk');
const { S3 } = require("@aws-sdk/client-s3");
exports.handler = async (event, context) => {
  const body = JSON.parse(event.body);
  return { statusCode: 200, body: `hello ${body.name}` };
};
module.exports.other = function (event, context, callback) { callback(null, event); };
if (!process.env.X) return;
