//! `shindan access`: the keys with which clients sign their requests to a server.

use std::fmt::Write as _;

use secrecy::ExposeSecret;
use serde::Serialize;
use shindan_api::new_access_key;
use shindan_inspector::{AccountId, Role, Timestamp};
use shindan_store::AccessKey;

use crate::cli::ListFormat;
use crate::cli::service::{
    AccessArgs, AccessCommand, AccessCreateArgs, AccessListArgs, AccessRevokeArgs, RoleName,
};
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::server::settings::Place;
use crate::server::{account, keyring, must_be_random, now, open_store, random, wait};
use crate::terminal::{self, BOLD, DIM};

pub(crate) fn run(args: &AccessArgs) -> Result<Exit, Complaint> {
    match &args.command {
        AccessCommand::Create(args) => create(args),
        AccessCommand::List(args) => list(args),
        AccessCommand::Revoke(args) => revoke(args),
    }
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Administrator => Self::Administrator,
            RoleName::DelegatedAdministrator => Self::DelegatedAdministrator,
            RoleName::Member => Self::Member,
            RoleName::ReadOnly => Self::ReadOnly,
            RoleName::Scanner => Self::Scanner,
        }
    }
}

/// A new key as JSON has it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Created<'a> {
    access_key_id: &'a str,
    secret_access_key: &'a str,
    account_id: AccountId,
    role: Role,
}

fn create(args: &AccessCreateArgs) -> Result<Exit, Complaint> {
    let place = Place::find(&args.place)?;
    let account = account(&args.account)?;
    let role = Role::from(args.role);
    if args.description.chars().any(char::is_control) {
        return Err(Complaint::input(
            "--description: one line of plain text, please",
        ));
    }
    let keyring = keyring(&place)?;
    // Checked first, so that filling cannot fail afterwards.
    random(&mut [0; 1])?;
    let (key, secret) = new_access_key(
        &keyring,
        &must_be_random,
        account,
        role,
        &args.description,
        now(),
    )
    .map_err(|error| Complaint::program(error.to_string()))?;
    wait(async {
        let store = open_store(&place).await?;
        let mut write = store.write().await?;
        write.add_access_key(&key).await?;
        write.commit().await?;
        store.close().await;
        Ok(())
    })?;
    let text = match args.format {
        ListFormat::Json => json(&Created {
            access_key_id: &key.id,
            secret_access_key: secret.expose_secret(),
            account_id: account,
            role,
        })?,
        ListFormat::Text => format!(
            "export AWS_ACCESS_KEY_ID={}\nexport AWS_SECRET_ACCESS_KEY={}\n",
            key.id,
            secret.expose_secret()
        ),
    };
    terminal::print(&text)?;
    if matches!(args.format, ListFormat::Text) {
        terminal::note("the secret is shown this once");
    }
    Ok(Exit::Clean)
}

/// A key in a list as JSON has it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed<'a> {
    access_key_id: &'a str,
    account_id: AccountId,
    role: Role,
    description: &'a str,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Timestamp>,
}

fn list(args: &AccessListArgs) -> Result<Exit, Complaint> {
    let place = Place::find(&args.place)?;
    let only = args.account.as_deref().map(account).transpose()?;
    let keys = wait(async {
        let store = open_store(&place).await?;
        let keys = store.access_keys(only).await?;
        store.close().await;
        Ok(keys)
    })?;
    let text = match args.format {
        ListFormat::Json => {
            let keys: Vec<_> = keys.iter().map(Listed::from).collect();
            json(&keys)?
        }
        ListFormat::Text if keys.is_empty() => "no keys\n".to_owned(),
        ListFormat::Text => table(&keys),
    };
    terminal::print(&text)?;
    Ok(Exit::Clean)
}

impl<'a> From<&'a AccessKey> for Listed<'a> {
    fn from(key: &'a AccessKey) -> Self {
        Self {
            access_key_id: &key.id,
            account_id: key.account,
            role: key.role,
            description: &key.description,
            created_at: key.created_at,
            last_used_at: key.last_used_at,
            revoked_at: key.disabled_at,
        }
    }
}

fn table(keys: &[AccessKey]) -> String {
    let mut text = String::new();
    for key in keys {
        let state = match (key.disabled_at, key.last_used_at) {
            (Some(at), _) => format!("revoked {}", day(at)),
            (None, Some(at)) => format!("used {}", day(at)),
            (None, None) => "never used".to_owned(),
        };
        let (id, account, role) = (&key.id, key.account, key.role.as_str());
        let description = &key.description;
        // Writing to a text cannot fail.
        let _ = writeln!(
            text,
            "{BOLD}{id}{BOLD:#}  {account}  {role:<23}  {state:<19}  {DIM}{description}{DIM:#}"
        );
    }
    text
}

fn day(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis()).map_or_else(
        |_| "at an unknown time".to_owned(),
        |at| at.strftime("%F").to_string(),
    )
}

fn revoke(args: &AccessRevokeArgs) -> Result<Exit, Complaint> {
    let place = Place::find(&args.place)?;
    let found = wait(async {
        let store = open_store(&place).await?;
        let mut write = store.write().await?;
        let found = write.disable_access_key(&args.key, now()).await?;
        write.commit().await?;
        store.close().await;
        Ok(found)
    })?;
    if found {
        terminal::print(&format!("{} is accepted no more\n", args.key))?;
        Ok(Exit::Clean)
    } else {
        Err(Complaint::input(format!("there is no key {}", args.key))
            .with_hint("`shindan access list` shows them"))
    }
}

fn json<T: Serialize>(value: &T) -> Result<String, Complaint> {
    serde_json::to_string_pretty(value)
        .map(|text| text + "\n")
        .map_err(|error| Complaint::program(error.to_string()))
}
