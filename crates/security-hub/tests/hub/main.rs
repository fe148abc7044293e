//! The rules of Security Hub. With `SHINDAN_TEST_PYTHON`, the name of an interpreter that has boto3, everything that is
//! written in the API's shapes is held against botocore's model too.

mod evaluation;
mod filters;
mod findings;
mod imports;
mod members;
mod model;
mod naive;
mod sample;
mod standards;
mod updates;
