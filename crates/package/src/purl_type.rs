//! The rules that single types of package URLs add: case, forbidden and required parts
//! (<https://github.com/package-url/purl-spec/tree/main/types>).

use crate::purl::PartsMut;

/// Whether everything behind the first segment is the name.
pub(crate) fn has_path_as_name(kind: &str) -> bool {
    kind == "git"
}

/// The keys of qualifiers that the definition of the type has, as it spells them. Others are allowed too.
pub(crate) fn defined_keys(kind: &str) -> impl Iterator<Item = &'static str> {
    let keys = match kind {
        "alpm" | "apk" | "deb" => "arch",
        "bazel" | "brew" | "luarocks" => "repository_url",
        "bitnami" => "arch distro",
        "conan" => "user channel rrev prev",
        "conda" => "build channel subdir type",
        "cpan" => "author distpath repository_url download_url vcs_url ext",
        "gem" | "vscode-extension" => "platform",
        "generic" => "download_url checksum",
        "julia" => "uuid",
        "maven" => "classifier type",
        "mlflow" => "model_uuid run_id",
        "oci" => "arch repository_url tag",
        "otp" => "repository_url platform arch",
        "pypi" => "file_name",
        "rpm" => "epoch arch",
        "swid" => "tag_id tag_version patch tag_creator_name tag_creator_regid",
        "vcpkg" => "port_version repository_revision triplet",
        "yocto" => "repository_url layer_version",
        _ => "",
    };
    keys.split_whitespace()
}

/// Brings the parts to the form of their type, or names the rule they break.
///
/// Go names keep their case although the specification asks for lower case: module paths are case-sensitive, and the
/// specification's own tests do not ask for it.
pub(crate) fn normalise(parts: &mut PartsMut<'_>) -> Result<(), &'static str> {
    match parts.kind {
        "pypi" => *parts.name = parts.name.to_lowercase().replace('_', "-"),
        "bitbucket" | "brew" | "composer" | "github" => lower_path(parts),
        "git" if matches!(parts.namespace.as_deref(), Some("github")) => lower_path(parts),
        "huggingface" => lower(parts.version),
        "mlflow" if is_on_databricks(parts) => *parts.name = parts.name.to_lowercase(),
        "chrome-extension" => return chrome_extension(parts),
        "cpan" if parts.name.contains("::") => return Err("names of distributions, without `::`"),
        "julia" if !parts.qualifiers.contains_key("uuid") => return Err("a qualifier `uuid`"),
        "otp" | "vcpkg" if parts.namespace.is_some() => return Err("no namespace"),
        "swift" | "vscode-extension" if parts.namespace.is_none() => return Err("a namespace"),
        _ => {}
    }
    Ok(())
}

fn lower(text: &mut Option<String>) {
    if let Some(text) = text {
        *text = text.to_lowercase();
    }
}

fn lower_path(parts: &mut PartsMut<'_>) {
    lower(parts.namespace);
    *parts.name = parts.name.to_lowercase();
}

/// Azure Databricks compares the names of models without case, Azure ML with it.
fn is_on_databricks(parts: &PartsMut<'_>) -> bool {
    parts
        .qualifiers
        .get("repository_url")
        .is_some_and(|url| url.to_lowercase().contains("databricks"))
}

/// Ids are 32 letters from `a` to `p`; versions are one to four numbers.
fn chrome_extension(parts: &PartsMut<'_>) -> Result<(), &'static str> {
    if parts.name.len() != 32 || !parts.name.bytes().all(|byte| matches!(byte, b'a'..=b'p')) {
        return Err("names of 32 letters from `a` to `p`");
    }
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match parts.version.as_deref() {
        Some(version) if version.split('.').count() > 4 || !version.split('.').all(is_number) => {
            Err("versions of one to four numbers")
        }
        _ => Ok(()),
    }
}
