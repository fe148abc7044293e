//! Judges literals that only the name they are assigned to makes suspicious.
//!
//! The rules hand over `name = "value"`; here the value must look like a secret someone typed or generated, not like
//! an identifier, a path, a reference, a hash or a stock word.

use crate::entropy;
use crate::format::{FileFormat, Validator};
use crate::judge::Candidate;
use crate::template::{enclosing_blocks, is_environment, parameter_name};

/// Values that stand where a secret would and are none.
const STOCK_WORDS: &[&str] = &[
    "password",
    "passwd",
    "secret",
    "token",
    "string",
    "boolean",
    "required",
    "optional",
    "true",
    "false",
    "null",
    "none",
    "undefined",
    "default",
    "enabled",
    "disabled",
    "basic",
    "bearer",
    "apikey",
    "plaintext",
    "user",
    "pass",
    "username",
    "hidden",
    "masked",
    "unknown",
    "value",
    "text",
    "integer",
    "number",
    "object",
    "random",
    "generate",
    "generated",
    "encrypted",
    "test",
    "testing",
    "admin",
    "root",
    "guest",
    "email",
    "mypassword",
    "mysecret",
    "sha256",
    "sha512",
    "sha384",
    "hs256",
    "rs256",
    "es256",
    "aes256",
    "aes128",
    "base64",
    "oauth2",
    "bcrypt",
    "argon2",
    "argon2id",
    "utf-8",
    "iso-8859-1",
    "ed25519",
    "secp256k1",
    "pbkdf2",
    "x25519",
    "openid",
    "session",
    "cookie",
];

/// Words in a name or line that announce a hash of something public.
const HASH_WORDS: &[&str] = &[
    "sha1",
    "sha256",
    "sha512",
    "md5",
    "digest",
    "checksum",
    "integrity",
    "commit",
    "etag",
];

/// Whether the validator judges by name and value alone, so that any rule for a format knows better.
pub(crate) fn is_generic(validator: Validator) -> bool {
    match validator {
        Validator::GenericConfig
        | Validator::GenericCode
        | Validator::TemplateEnvironment
        | Validator::TemplateDefault => true,
        Validator::Crc32Base62
        | Validator::AwsAccessKeyId
        | Validator::AwsSecretKey
        | Validator::Jwt
        | Validator::MixedCase
        | Validator::LettersAndDigits
        | Validator::UrlPassword => false,
    }
}

/// A literal in a configuration file.
pub(crate) fn is_config_secret(candidate: &Candidate<'_>) -> bool {
    let value = candidate.value();
    let password = is_password_name(candidate.name());
    // Elsewhere a word of letters is a label or a setting.
    let meant = password && candidate.file.environment;
    !candidate.file.test
        && is_plain_literal(candidate)
        && is_no_reference(candidate)
        && !is_announced_hash(candidate)
        && (meant || has_digit(value) || value.bytes().any(|b| b"!@#$%^&*+=~?".contains(&b)))
        && !is_identifier(value, password)
}

/// A literal in source code, where names such as `token` mean many things.
pub(crate) fn is_code_secret(candidate: &Candidate<'_>) -> bool {
    let value = candidate.value();
    !candidate.file.test
        && is_plain_literal(candidate)
        && is_no_reference(candidate)
        && !is_announced_hash(candidate)
        && has_digit(value)
        && value.bytes().any(|b| b.is_ascii_alphabetic())
        && !value.contains(['{', '}', '%'])
        && !is_identifier(value, false)
}

/// A literal among the environment variables of a template. Everyone who may read the function's configuration can
/// read it, so even a word of letters counts when the name says password.
pub(crate) fn is_environment_secret(candidate: &Candidate<'_>) -> bool {
    let value = candidate.value();
    is_plain_literal(candidate)
        && is_no_reference(candidate)
        && !is_identifier(
            value,
            is_password_name(candidate.name()) || is_secret_name(candidate.name()),
        )
        && is_environment(&enclosing_blocks(candidate.text, candidate.lead))
}

/// A literal default of a parameter or variable whose name says secret.
pub(crate) fn is_default_secret(candidate: &Candidate<'_>) -> bool {
    let value = candidate.value();
    if !is_plain_literal(candidate) || !is_no_reference(candidate) {
        return false;
    }
    let blocks = enclosing_blocks(candidate.text, candidate.lead);
    let Some(name) = parameter_name(&blocks) else {
        return false;
    };
    let endings = [
        "password",
        "passwd",
        "passphrase",
        "pwd",
        "secret",
        "token",
        "apikey",
        "secretkey",
        "privatekey",
    ];
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    endings.iter().any(|e| plain.ends_with(e)) && !is_identifier(value, is_password_name(&plain))
}

/// The password part of a URL or connection string.
pub(crate) fn is_url_password(value: &str) -> bool {
    let stock = [
        "pwd", "passw", "mypass", "pass123", "changeit", "postgres", "mysql", "redis", "rabbitmq",
        "mongo",
    ];
    !is_stock_word(value)
        && !value.eq_ignore_ascii_case("password1")
        && !stock.iter().any(|s| value.eq_ignore_ascii_case(s))
        && !value.starts_with(['{', '[', '%', ':', '@', '#', '\\'])
        && !value.contains(['{', '}', '(', ')', '\\'])
        && !value.contains("...")
}

/// Without quotes a literal must stand in a format that has such literals, and not in a comment.
fn is_plain_literal(candidate: &Candidate<'_>) -> bool {
    let quoted = candidate
        .before()
        .last()
        .is_some_and(|b| b"\"'`".contains(b));
    if quoted || candidate.file.format == FileFormat::Xml {
        return true;
    }
    let line = line_start(candidate.before()).trim_ascii_start();
    let comment = line.starts_with(b"#") || line.starts_with(b";") || line.starts_with(b"//");
    match candidate.file.format {
        FileFormat::Yaml | FileFormat::Lines => !comment,
        FileFormat::Json
        | FileFormat::Toml
        | FileFormat::Hcl
        | FileFormat::Xml
        | FileFormat::Code
        | FileFormat::Document
        | FileFormat::Other => false,
    }
}

fn is_quoted(candidate: &Candidate<'_>) -> bool {
    candidate
        .before()
        .last()
        .is_some_and(|b| b"\"'`".contains(b))
}

/// No more than a few hundred bytes back: a comment sign far away does not matter.
fn line_start(before: &[u8]) -> &[u8] {
    let near = &before[before.len().saturating_sub(512)..];
    memchr::memrchr(b'\n', near).map_or(near, |at| &near[at + 1..])
}

/// Neither a way to get the secret from elsewhere nor something that is public by its kind.
fn is_no_reference(candidate: &Candidate<'_>) -> bool {
    let value = candidate.value();
    let lower = value.to_ascii_lowercase();
    let start = [
        "arn:", "ssm:", "vault:", "env:", "ref:", "file:", "op://", "aws:", "kms:", "enc[", "enc(",
        "data:", "pbkdf2:", "scrypt:", "sha256:", "sha512:", "sha1:", "md5:",
    ];
    let end = [
        ".pem", ".key", ".json", ".txt", ".crt", ".yaml", ".yml", ".html", ".js", ".py", ".arn",
        ".id", ".com",
    ];
    let odd_start = value.starts_with([
        '!', '&', '*', '@', '/', '.', '~', '(', '[', '{', '|', '>', '%', '<', ',', ':',
    ]);
    // Elsewhere than in YAML without quotes, these are letters like any other.
    let literal = is_quoted(candidate) || candidate.file.format == FileFormat::Lines;
    let real_symbol_start =
        literal && value.starts_with(['!', '&', '*', '@', '%']) && has_digit(value);
    !(start.iter().any(|s| lower.starts_with(s))
        || end.iter().any(|s| lower.ends_with(s))
        || (odd_start && !real_symbol_start)
        || value.contains("://")
        || value.contains(char::is_whitespace)
        || is_call_or_path(value)
        || is_stock_word(value)
        || is_uuid(value))
}

/// `get_secret(x)`, `config.db.password`, `prod/db/password`, `a::b`.
fn is_call_or_path(value: &str) -> bool {
    let call = value.ends_with(')') && value.contains('(');
    let index = value.ends_with(']') && value.contains('[');
    let name = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    };
    let path = |sep: &str| {
        value.contains(sep)
            && value
                .split(sep)
                .all(|p| name(p) && entropy::shannon(p.as_bytes()) < 3.4)
    };
    call || index || path(".") || path("/") || path("::")
}

/// `refresh_token`, `my-secret-v2`, `DB_PASSWORD`, `accessToken`: names of things. A password may be such a word
/// unless it is the very word.
fn is_identifier(value: &str, for_password: bool) -> bool {
    let lower = value.to_ascii_lowercase();
    let constant =
        value.contains('_') && value.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    let letters = value
        .bytes()
        .all(|b| b.is_ascii_alphabetic() || b"_-.".contains(&b));
    let names_itself = [
        "secret",
        "token",
        "password",
        "credential",
        "api-key",
        "api_key",
        "apikey",
    ]
    .iter()
    .any(|w| lower.contains(w));
    if for_password {
        let separated = value.contains(['_', '-', '.']) && letters;
        return constant || (separated && names_itself);
    }
    let digits = value
        .bytes()
        .all(|b| b.is_ascii_digit() || b"_-.,:".contains(&b));
    constant || letters || digits || (names_itself && value.contains(['_', '-', '.', '/', ':']))
}

fn is_password_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.contains("pass") || lower.contains("pwd")
}

fn is_secret_name(name: &str) -> bool {
    name.to_ascii_lowercase().contains("secret")
}

fn is_stock_word(value: &str) -> bool {
    STOCK_WORDS.iter().any(|w| value.eq_ignore_ascii_case(w))
}

fn has_digit(value: &str) -> bool {
    value.bytes().any(|b| b.is_ascii_digit())
}

/// A hex text as long as a usual hash, in a line that speaks of hashes.
fn is_announced_hash(candidate: &Candidate<'_>) -> bool {
    let value = candidate.value();
    let hash = matches!(value.len(), 32 | 40 | 64 | 96 | 128)
        && value.bytes().all(|b| b.is_ascii_hexdigit());
    hash && {
        let line = String::from_utf8_lossy(line_start(candidate.before())).to_ascii_lowercase();
        HASH_WORDS.iter().any(|w| line.contains(w))
    }
}

fn is_uuid(value: &str) -> bool {
    value.len() == 36
        && value.bytes().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}
