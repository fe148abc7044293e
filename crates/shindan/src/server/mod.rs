//! The service's side of the program: settings, the folder of its data, and the running server.

pub(crate) mod advisories;
pub(crate) mod aws;
pub(crate) mod deployments;
pub(crate) mod metrics;
pub(crate) mod objects;
pub(crate) mod reports;
pub(crate) mod scanner;
pub(crate) mod settings;
pub(crate) mod snippets;

use std::future::Future;

use secrecy::SecretBox;
use shindan_inspector::{AccountId, InvalidId, Region, Timestamp};
use shindan_sigv4::vault::Keyring;
use shindan_sigv4::vault::key_file::{self, KeyFileError};
use shindan_store::{Store, StoreError};

use self::settings::Place;
use crate::complaint::Complaint;

/// Runs something that waits for the database, on this thread.
pub(crate) fn wait<T>(work: impl Future<Output = Result<T, Complaint>>) -> Result<T, Complaint> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Complaint::program(format!("no runtime can be started: {error}")))?
        .block_on(work)
}

/// Opens the database; the data folder is made when it does not exist.
pub(crate) async fn open_store(place: &Place) -> Result<Store, Complaint> {
    place.prepare()?;
    Ok(Store::open(&place.database.0).await?)
}

/// The keys that secrets are sealed with. The file is made when there is none.
pub(crate) fn keyring(place: &Place) -> Result<Keyring, Complaint> {
    place.prepare()?;
    let path = place.key_file();
    match key_file::read(&path) {
        Err(KeyFileError::Read { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            let mut failed = None;
            let key = SecretBox::init_with_mut(|key: &mut [u8; 32]| failed = random(key).err());
            if let Some(complaint) = failed {
                return Err(complaint);
            }
            match key_file::create(&path, &key) {
                Ok(()) => {}
                // Another process was faster, and its key counts.
                Err(KeyFileError::Create { source, .. })
                    if source.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(Complaint::input(error.to_string())),
            }
            key_file::read(&path)
        }
        read => read,
    }
    .map_err(|error| Complaint::input(error.to_string()))
}

/// Fills bytes with what nobody can guess.
pub(crate) fn random(bytes: &mut [u8]) -> Result<(), Complaint> {
    getrandom::fill(bytes)
        .map_err(|error| Complaint::program(format!("the system gives no random numbers: {error}")))
}

/// The same where nothing else can be done: without random numbers nothing that is sealed would be safe.
///
/// # Panics
/// When the system gives none.
pub(crate) fn must_be_random(bytes: &mut [u8]) {
    if let Err(complaint) = random(bytes) {
        panic!("{}", complaint.what);
    }
}

/// Now.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_millis(jiff::Timestamp::now().as_millisecond())
}

/// An account given on the command line.
pub(crate) fn account(text: &str) -> Result<AccountId, Complaint> {
    AccountId::parse(text).map_err(invalid)
}

/// A Region given on the command line.
pub(crate) fn region(text: &str) -> Result<Region, Complaint> {
    Region::parse(text).map_err(invalid)
}

fn invalid(error: InvalidId) -> Complaint {
    Complaint::input(error.to_string())
}

impl From<StoreError> for Complaint {
    fn from(error: StoreError) -> Self {
        Self::input(error.to_string())
    }
}
