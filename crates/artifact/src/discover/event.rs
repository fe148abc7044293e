//! What calls a function: the shape of its event depends on it.

use std::fmt;

/// A kind of caller.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    ApiGateway,
    HttpApi,
    FunctionUrl,
    Alb,
    AppSync,
    Sqs,
    Sns,
    S3,
    DynamoDbStream,
    Kinesis,
    EventBridge,
    Schedule,
    Cognito,
    Iot,
    Other(String),
}

impl EventKind {
    /// The kind of a SAM event's `Type`.
    pub(super) fn of_sam(kind: &str) -> Self {
        match kind {
            "Api" => Self::ApiGateway,
            "HttpApi" => Self::HttpApi,
            "S3" => Self::S3,
            "SNS" => Self::Sns,
            "SQS" => Self::Sqs,
            "Kinesis" => Self::Kinesis,
            "DynamoDB" => Self::DynamoDbStream,
            "Schedule" | "ScheduleV2" => Self::Schedule,
            "CloudWatchEvent" | "EventBridgeRule" => Self::EventBridge,
            "IoTRule" => Self::Iot,
            "Cognito" => Self::Cognito,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The kind of an event of the Serverless Framework.
    pub(super) fn of_serverless(kind: &str, detail: &str) -> Self {
        match kind {
            "http" | "websocket" => Self::ApiGateway,
            "httpApi" => Self::HttpApi,
            "url" => Self::FunctionUrl,
            "alb" => Self::Alb,
            "sqs" => Self::Sqs,
            "sns" => Self::Sns,
            "s3" => Self::S3,
            "stream" if detail.contains("kinesis") => Self::Kinesis,
            "stream" => Self::DynamoDbStream,
            "schedule" => Self::Schedule,
            "eventBridge" | "cloudwatchEvent" => Self::EventBridge,
            "cognitoUserPool" => Self::Cognito,
            "iot" => Self::Iot,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The kind that a service which may invoke a function sends.
    pub(super) fn of_principal(principal: &str) -> Option<Self> {
        let service = principal.strip_suffix(".amazonaws.com")?;
        Some(match service {
            "apigateway" => Self::ApiGateway,
            "elasticloadbalancing" => Self::Alb,
            "s3" => Self::S3,
            "sns" => Self::Sns,
            "sqs" => Self::Sqs,
            "events" => Self::EventBridge,
            "scheduler" => Self::Schedule,
            "cognito-idp" | "cognito-sync" => Self::Cognito,
            "iot" => Self::Iot,
            "appsync" => Self::AppSync,
            other => Self::Other(other.to_owned()),
        })
    }

    /// The kind that an event source sends, by a text that names its service: an ARN
    /// (`arn:aws:sqs:…`), a CloudFormation type (`AWS::SQS::Queue`) or a Terraform one (`aws_sqs_queue`).
    pub(super) fn of_source(source: &str) -> Option<Self> {
        let service = source
            .split(['_', ':'])
            .filter(|part| !part.is_empty())
            .nth(if source.starts_with("arn:") { 2 } else { 1 })?;
        Some(match service.to_ascii_lowercase().as_str() {
            "sqs" => Self::Sqs,
            "sns" => Self::Sns,
            "s3" => Self::S3,
            "dynamodb" => Self::DynamoDbStream,
            "kinesis" => Self::Kinesis,
            "kafka" | "msk" => Self::Other("MSK".to_owned()),
            "mq" | "amazonmq" => Self::Other("MQ".to_owned()),
            "docdb" | "rds" => Self::Other("DocumentDB".to_owned()),
            _ => return None,
        })
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ApiGateway => "API Gateway",
            Self::HttpApi => "HTTP API",
            Self::FunctionUrl => "function URL",
            Self::Alb => "load balancer",
            Self::AppSync => "AppSync",
            Self::Sqs => "SQS",
            Self::Sns => "SNS",
            Self::S3 => "S3",
            Self::DynamoDbStream => "DynamoDB stream",
            Self::Kinesis => "Kinesis",
            Self::EventBridge => "EventBridge",
            Self::Schedule => "schedule",
            Self::Cognito => "Cognito",
            Self::Iot => "IoT",
            Self::Other(kind) => kind,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_known_by_arn_and_by_type() {
        for source in [
            "arn:aws:sqs:eu-west-1:1:q",
            "AWS::SQS::Queue",
            "aws_sqs_queue",
        ] {
            assert_eq!(
                EventKind::of_source(source),
                Some(EventKind::Sqs),
                "{source}"
            );
        }
        assert_eq!(
            EventKind::of_source("AWS::DynamoDB::Table"),
            Some(EventKind::DynamoDbStream)
        );
        assert_eq!(EventKind::of_source("x"), None);
    }
}
