//! Where packages and reports are kept: a folder, or a bucket.

use std::sync::Arc;

use object_store::ObjectStore;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::prefix::PrefixStore;

use crate::complaint::Complaint;

/// A bucket of S3, with the credentials, Region and endpoint that the environment names (`AWS_ACCESS_KEY_ID`,
/// `AWS_REGION`, `AWS_ENDPOINT_URL`, the role of the machine or container).
pub(crate) fn bucket(name: &str) -> Result<Arc<dyn ObjectStore>, object_store::Error> {
    let store = AmazonS3Builder::from_env().with_bucket_name(name).build()?;
    Ok(Arc::new(store))
}

/// A folder, which is made.
pub(crate) fn folder(path: &std::path::Path) -> Result<Arc<dyn ObjectStore>, Complaint> {
    std::fs::create_dir_all(path).map_err(|error| Complaint::file(path, "made", &error))?;
    let store = LocalFileSystem::new_with_prefix(path)
        .map_err(|error| Complaint::input(format!("{}: {error}", path.display())))?;
    Ok(Arc::new(store.with_fsync(true)))
}

/// Takes `s3://BUCKET/PREFIX` apart.
pub(crate) fn s3(place: &str) -> Option<(&str, &str)> {
    let rest = place.strip_prefix("s3://")?;
    Some(rest.split_once('/').unwrap_or((rest, "")))
}

/// What `s3://BUCKET/PREFIX` names.
pub(crate) fn in_bucket(place: &str) -> Result<Arc<dyn ObjectStore>, Complaint> {
    let (name, prefix) = s3(place).ok_or_else(|| {
        Complaint::input(format!("{place}: neither a folder nor s3://BUCKET/PREFIX"))
    })?;
    let store = bucket(name).map_err(|error| Complaint::input(format!("{place}: {error}")))?;
    if prefix.is_empty() {
        return Ok(store);
    }
    Ok(Arc::new(PrefixStore::new(store, Key::from(prefix))))
}
