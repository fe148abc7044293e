const { DynamoDBClient } = require("@aws-sdk/client-dynamodb");
const { DynamoDBDocumentClient, GetCommand } = require("@aws-sdk/lib-dynamodb");

const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}));

async function find(sku) {
  const { Item } = await documents.send(
    new GetCommand({ TableName: process.env.PRODUCT_TABLE, Key: { sku } }),
  );
  return Item;
}

module.exports = { find };
