//! The tokens that lead to the next page.
//!
//! A token is what the store needs to go on, sealed with an HMAC over the account, the Region, the operation and the
//! request it came from. It is no secret, but nobody can make one: a token of another account, of another list or of
//! nobody is refused, before the store hears of it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretBox};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::Sha256;
use shindan_store::{Reach, Scope};

use crate::asked::Asked;
use crate::error::Fault;

const TAG: usize = 16;

/// Tokens are some hundred bytes; the API would allow a megabyte.
const MAX_TOKEN: usize = 8 * 1024;

/// Seals cursors into tokens and opens them again.
pub(crate) struct Tokens {
    key: SecretBox<[u8; 32]>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens")
    }
}

/// The list that a token belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List<'r> {
    pub(crate) scope: &'r Scope,
    pub(crate) operation: Asked,
    /// The whole request; which page it asks for and how long pages are does not count.
    pub(crate) request: &'r Value,
}

impl Tokens {
    pub(crate) const fn new(key: SecretBox<[u8; 32]>) -> Self {
        Self { key }
    }

    /// The token of a cursor.
    pub(crate) fn seal<T: Serialize>(&self, list: List<'_>, cursor: &T) -> Result<String, Fault> {
        let cursor = serde_json::to_vec(cursor)
            .map_err(|error| Fault::internal(format!("a cursor does not serialise: {error}")))?;
        let tag = self.mac(list, &cursor).finalize().into_bytes();
        let mut sealed = tag[..TAG].to_vec();
        sealed.extend_from_slice(&cursor);
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// The cursor of a token, if it was made for this list.
    pub(crate) fn open<T: DeserializeOwned>(
        &self,
        list: List<'_>,
        token: &str,
    ) -> Result<T, Fault> {
        let refused = || {
            Fault::member(
                "nextToken",
                "Member must be the nextToken of an answer to the same request; start again without it",
            )
        };
        if token.len() > MAX_TOKEN {
            return Err(refused());
        }
        let sealed = URL_SAFE_NO_PAD.decode(token).map_err(|_| refused())?;
        let (tag, cursor) = sealed.split_at_checked(TAG).ok_or_else(refused)?;
        self.mac(list, cursor)
            .verify_truncated_left(tag)
            .map_err(|_| refused())?;
        serde_json::from_slice(cursor).map_err(|_| refused())
    }

    fn mac(&self, list: List<'_>, cursor: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.expose_secret())
            .expect("HMAC takes keys of any length");
        let reach = match list.scope.reach {
            Reach::Own => "own",
            Reach::Members => "members",
        };
        let account = list.scope.account.to_string();
        let operation = list.operation.to_string();
        let request = canonical(list.request);
        for part in [
            list.scope.region.as_str(),
            &account,
            reach,
            &operation,
            &request,
        ] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac.update(cursor);
        mac
    }
}

/// A request without what differs between its pages, its members in their order whatever order they came in.
pub(crate) fn canonical(request: &Value) -> String {
    let mut text = String::new();
    match request {
        Value::Object(members) => {
            let kept = members
                .iter()
                .filter(|(name, _)| {
                    let differs = ["nextToken", "maxResults", "NextToken", "MaxResults"];
                    !differs.contains(&&***name)
                })
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            write_sorted(&Value::Object(kept), &mut text);
        }
        other => write_sorted(other, &mut text),
    }
    text
}

/// serde_json bounds the depth of what it reads, and so the depth of this.
fn write_sorted(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let sorted: std::collections::BTreeMap<_, _> = members.iter().collect();
            text.push('{');
            for (name, value) in sorted {
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                write_sorted(value, text);
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(values) => {
            text.push('[');
            for value in values {
                write_sorted(value, text);
                text.push(',');
            }
            text.push(']');
        }
        other => text.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;
    use shindan_inspector::{AccountId, Operation, Region};
    use shindan_security_hub::HubOperation;

    use super::*;

    fn tokens() -> Tokens {
        Tokens::new(SecretBox::new(Box::new([7; 32])))
    }

    fn scope(account: i64) -> Scope {
        let region = Region::parse("us-east-1").expect("a Region");
        Scope::own(region, AccountId::from_number(account).expect("an account"))
    }

    #[test]
    fn a_token_leads_on_in_its_own_list_only() {
        let (mine, other) = (scope(1), scope(2));
        let members = Scope {
            reach: Reach::Members,
            ..scope(1)
        };
        let request = json!({"filterCriteria": {"a": 1, "b": 2}, "maxResults": 5});
        let list = List {
            scope: &mine,
            operation: Asked::Inspector(Operation::ListFindings),
            request: &request,
        };
        let token = tokens().seal(list, &vec![1, 2]).expect("seals");
        let same = json!({"maxResults": 7, "nextToken": token, "filterCriteria": {"b": 2, "a": 1}});
        let open = |list| tokens().open::<Vec<i32>>(list, &token);
        let same = List {
            request: &same,
            ..list
        };
        assert_eq!(open(same).expect("opens"), [1, 2]);
        let narrower = json!({"filterCriteria": {"a": 1}});
        for wrong in [
            List {
                scope: &other,
                ..list
            },
            List {
                scope: &members,
                ..list
            },
            List {
                operation: Asked::Inspector(Operation::ListCoverage),
                ..list
            },
            List {
                operation: Asked::Hub(HubOperation::GetFindings),
                ..list
            },
            List {
                request: &narrower,
                ..list
            },
        ] {
            assert!(open(wrong).is_err(), "{wrong:?}");
        }
        let stranger = Tokens::new(SecretBox::new(Box::new([8; 32])));
        assert!(stranger.open::<Vec<i32>>(list, &token).is_err());
    }

    proptest! {
        #[test]
        fn no_text_is_taken_for_a_token(text in ".{0,64}") {
            let (mine, request) = (scope(1), json!({}));
            let list = List { scope: &mine, operation: Asked::Inspector(Operation::ListFindings), request: &request };
            prop_assert!(tokens().open::<Value>(list, &text).is_err());
        }
    }
}
