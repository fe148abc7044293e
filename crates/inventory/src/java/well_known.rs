//! The groups of libraries that many functions carry, for jars that do not say their group.
//!
//! A fact for each row: the library's own documentation tells users to depend on this group. Left out is what two groups
//! publish under one artifact today, and what moved to another group in the last ten years (okhttp, hibernate-core,
//! dom4j, druid), since a wrong group would match advisories of another package.

/// Artifact and group, sorted by artifact.
const GROUPS: [(&str, &str); 84] = [
    ("antlr4-runtime", "org.antlr"),
    ("avro", "org.apache.avro"),
    ("aws-java-sdk-core", "com.amazonaws"),
    ("aws-java-sdk-s3", "com.amazonaws"),
    ("aws-lambda-java-core", "com.amazonaws"),
    ("aws-lambda-java-events", "com.amazonaws"),
    ("bcprov-jdk15on", "org.bouncycastle"),
    ("bcprov-jdk18on", "org.bouncycastle"),
    ("c3p0", "com.mchange"),
    ("commons-beanutils", "commons-beanutils"),
    ("commons-codec", "commons-codec"),
    ("commons-collections", "commons-collections"),
    ("commons-collections4", "org.apache.commons"),
    ("commons-compress", "org.apache.commons"),
    ("commons-configuration2", "org.apache.commons"),
    ("commons-fileupload", "commons-fileupload"),
    ("commons-io", "commons-io"),
    ("commons-lang", "commons-lang"),
    ("commons-lang3", "org.apache.commons"),
    ("commons-logging", "commons-logging"),
    ("commons-text", "org.apache.commons"),
    ("fastjson", "com.alibaba"),
    ("freemarker", "org.freemarker"),
    ("gson", "com.google.code.gson"),
    ("guava", "com.google.guava"),
    ("h2", "com.h2database"),
    ("hadoop-common", "org.apache.hadoop"),
    ("httpclient", "org.apache.httpcomponents"),
    ("httpclient5", "org.apache.httpcomponents.client5"),
    ("httpcore", "org.apache.httpcomponents"),
    ("jackson-annotations", "com.fasterxml.jackson.core"),
    ("jackson-core", "com.fasterxml.jackson.core"),
    ("jackson-databind", "com.fasterxml.jackson.core"),
    (
        "jackson-dataformat-cbor",
        "com.fasterxml.jackson.dataformat",
    ),
    ("jackson-dataformat-xml", "com.fasterxml.jackson.dataformat"),
    (
        "jackson-dataformat-yaml",
        "com.fasterxml.jackson.dataformat",
    ),
    ("jackson-datatype-jsr310", "com.fasterxml.jackson.datatype"),
    ("jackson-mapper-asl", "org.codehaus.jackson"),
    ("java-jwt", "com.auth0"),
    ("jetty-http", "org.eclipse.jetty"),
    ("jetty-server", "org.eclipse.jetty"),
    ("jetty-util", "org.eclipse.jetty"),
    ("joda-time", "joda-time"),
    ("jose4j", "org.bitbucket.b_c"),
    ("json-path", "com.jayway.jsonpath"),
    ("json-smart", "net.minidev"),
    ("jsoup", "org.jsoup"),
    ("kafka-clients", "org.apache.kafka"),
    ("log4j", "log4j"),
    ("log4j-api", "org.apache.logging.log4j"),
    ("log4j-core", "org.apache.logging.log4j"),
    ("logback-classic", "ch.qos.logback"),
    ("logback-core", "ch.qos.logback"),
    ("mysql-connector-j", "com.mysql"),
    ("mysql-connector-java", "mysql"),
    ("netty-all", "io.netty"),
    ("netty-codec", "io.netty"),
    ("netty-codec-http", "io.netty"),
    ("netty-codec-http2", "io.netty"),
    ("netty-common", "io.netty"),
    ("netty-handler", "io.netty"),
    ("nimbus-jose-jwt", "com.nimbusds"),
    ("pdfbox", "org.apache.pdfbox"),
    ("poi", "org.apache.poi"),
    ("poi-ooxml", "org.apache.poi"),
    ("postgresql", "org.postgresql"),
    ("protobuf-java", "com.google.protobuf"),
    ("slf4j-api", "org.slf4j"),
    ("snakeyaml", "org.yaml"),
    ("spring-beans", "org.springframework"),
    ("spring-boot", "org.springframework.boot"),
    ("spring-boot-autoconfigure", "org.springframework.boot"),
    ("spring-cloud-function-context", "org.springframework.cloud"),
    ("spring-context", "org.springframework"),
    ("spring-core", "org.springframework"),
    ("spring-expression", "org.springframework"),
    ("spring-security-core", "org.springframework.security"),
    ("spring-security-web", "org.springframework.security"),
    ("spring-web", "org.springframework"),
    ("spring-webflux", "org.springframework"),
    ("spring-webmvc", "org.springframework"),
    ("tomcat-embed-core", "org.apache.tomcat.embed"),
    ("xstream", "com.thoughtworks.xstream"),
    ("zookeeper", "org.apache.zookeeper"),
];

/// The group that publishes `artifact`.
pub(super) fn group(artifact: &str) -> Option<&'static str> {
    let at = GROUPS.binary_search_by(|(known, _)| (*known).cmp(artifact));
    at.ok().map(|at| GROUPS[at].1)
}

#[cfg(test)]
mod tests {
    use super::{GROUPS, group};

    #[test]
    fn every_row_is_found() {
        assert!(GROUPS.is_sorted_by(|a, b| a.0 < b.0));
        for (artifact, of) in GROUPS {
            assert_eq!(group(artifact), Some(of));
        }
        assert_eq!(group("acme"), None);
    }
}
