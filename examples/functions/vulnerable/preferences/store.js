const { S3Client, GetObjectCommand, PutObjectCommand } = require("@aws-sdk/client-s3");

const s3 = new S3Client({});
const Bucket = process.env.PREFERENCES_BUCKET;
const ExpectedBucketOwner = process.env.ACCOUNT_ID;

const keyOf = (customer) => `preferences/${encodeURIComponent(customer)}.json`;

async function load(customer) {
  try {
    const { Body } = await s3.send(
      new GetObjectCommand({ Bucket, Key: keyOf(customer), ExpectedBucketOwner }),
    );
    return JSON.parse(await Body.transformToString());
  } catch (error) {
    if (error.name === "NoSuchKey") {
      return {};
    }
    throw error;
  }
}

async function save(customer, preferences) {
  s3.send(
    new PutObjectCommand({
      Bucket,
      Key: keyOf(customer),
      Body: JSON.stringify(preferences),
      ContentType: "application/json",
      ExpectedBucketOwner,
    }),
  );
}

module.exports = { load, save };
