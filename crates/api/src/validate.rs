//! Reading the members of a request, with everything that is wrong about them at once, in the words AWS has for it.
//!
//! [`Form::read`] hands out what a closure read only when nothing was wrong, so a value that stands in for a wrong one
//! can never be used. Members that are not known are ignored, as the protocol wants; `null` is as good as missing.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};
use shindan_inspector::criteria::{Fault as Mistake, Invalid};
use shindan_inspector::{AccountId, WireEnum};

use crate::error::Fault;

/// Complaints kept of one request.
const COMPLAINTS: usize = 50;

/// A structure of a request while it is read.
#[derive(Debug)]
pub(crate) struct Form<'v> {
    /// Of the structure itself, with a dot at its end; empty for the request.
    path: String,
    members: Option<&'v Map<String, Value>>,
    invalid: Vec<Invalid>,
}

impl<'v> Form<'v> {
    /// What a closure reads of a structure, when nothing of it is wrong.
    pub(crate) fn read<T>(
        request: &'v Value,
        read: impl FnOnce(&mut Self) -> T,
    ) -> Result<T, Fault> {
        let members = request
            .as_object()
            .ok_or_else(|| Fault::cannot_parse("The body of the request is not a JSON object"))?;
        let mut form = Self {
            path: String::new(),
            members: Some(members),
            invalid: Vec::new(),
        };
        let value = read(&mut form);
        if form.invalid.is_empty() {
            Ok(value)
        } else {
            Err(Fault::invalid(&form.invalid))
        }
    }

    /// A member as it is.
    pub(crate) fn raw(&self, name: &str) -> Option<&'v Value> {
        self.members?.get(name).filter(|value| !value.is_null())
    }

    /// Complains when a member is missing.
    pub(crate) fn need(&mut self, name: &str) {
        if self.raw(name).is_none() {
            self.refuse(name, "Member must not be null");
        }
    }

    /// Complains about a member.
    pub(crate) fn refuse(&mut self, name: &str, message: impl Into<String>) {
        let path = format!("{}{name}", self.path);
        self.complain(path, message.into(), Mistake::OutOfBounds);
    }

    /// Takes over what a reader of a part complained about.
    pub(crate) fn take<T>(&mut self, read: Result<T, Vec<Invalid>>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(invalid) => {
                self.invalid.extend(invalid);
                self.invalid.truncate(COMPLAINTS);
                None
            }
        }
    }

    fn complain(&mut self, path: String, message: String, fault: Mistake) {
        if self.invalid.len() < COMPLAINTS {
            self.invalid.push(Invalid {
                path,
                message,
                fault,
            });
        }
    }

    fn mistyped(&mut self, name: &str, expected: &str) {
        let path = format!("{}{name}", self.path);
        let message = format!("Member must be {expected}");
        self.complain(path, message, Mistake::CannotParse);
    }

    /// A text of so many characters.
    pub(crate) fn text(&mut self, name: &str, length: RangeInclusive<usize>) -> Option<String> {
        let value = self.raw(name)?;
        let Some(text) = value.as_str() else {
            self.mistyped(name, "a string");
            return None;
        };
        let characters = text.chars().count();
        self.check_length(name, characters, &length);
        Some(text.to_owned())
    }

    /// A text that has to be there.
    pub(crate) fn needed_text(&mut self, name: &str, length: RangeInclusive<usize>) -> String {
        self.need(name);
        self.text(name, length).unwrap_or_default()
    }

    /// A value of an enumeration.
    pub(crate) fn choice<T: WireEnum>(&mut self, name: &str) -> Option<T> {
        let words: Vec<_> = T::VALUES.iter().map(|value| value.name()).collect();
        let word = self.word(name, &words)?;
        T::VALUES.iter().copied().find(|value| value.name() == word)
    }

    /// A value of an enumeration that has to be there.
    pub(crate) fn needed_choice<T: WireEnum>(&mut self, name: &str) -> T {
        self.need(name);
        self.choice(name).unwrap_or(T::VALUES[0])
    }

    /// One of these words.
    pub(crate) fn word<'w>(&mut self, name: &str, words: &[&'w str]) -> Option<&'w str> {
        let value = self.raw(name)?;
        let Some(text) = value.as_str() else {
            self.mistyped(name, "a string");
            return None;
        };
        let word = words.iter().find(|word| **word == text).copied();
        if word.is_none() {
            let set = words.join(", ");
            self.refuse(name, format!("Member must satisfy enum value set: [{set}]"));
        }
        word
    }

    /// One of these words, which has to be there.
    pub(crate) fn needed_word<'w>(&mut self, name: &str, words: &[&'w str]) -> &'w str {
        self.need(name);
        self.word(name, words).unwrap_or_default()
    }

    /// A whole number.
    pub(crate) fn number(&mut self, name: &str, range: RangeInclusive<u32>) -> Option<u32> {
        let value = self.raw(name)?;
        let Some(number) = value.as_i64() else {
            self.mistyped(name, "a whole number");
            return None;
        };
        let (least, most) = (*range.start(), *range.end());
        if number < i64::from(least) {
            self.refuse(
                name,
                format!("Member must have value greater than or equal to {least}"),
            );
        } else if number > i64::from(most) {
            self.refuse(
                name,
                format!("Member must have value less than or equal to {most}"),
            );
        }
        u32::try_from(number).ok()
    }

    /// True or false.
    pub(crate) fn flag(&mut self, name: &str) -> Option<bool> {
        let value = self.raw(name)?;
        if !value.is_boolean() {
            self.mistyped(name, "true or false");
        }
        value.as_bool()
    }

    /// A flag that has to be there.
    pub(crate) fn needed_flag(&mut self, name: &str) -> bool {
        self.need(name);
        self.flag(name).unwrap_or_default()
    }

    /// An account that has to be there.
    pub(crate) fn needed_account(&mut self, name: &str) -> Option<AccountId> {
        self.need(name);
        self.account(name)
    }

    /// An account.
    pub(crate) fn account(&mut self, name: &str) -> Option<AccountId> {
        let text = self.text(name, 0..=usize::MAX)?;
        let account = AccountId::parse(&text).ok();
        if account.is_none() {
            self.refuse(name, ACCOUNT);
        }
        account
    }

    /// A list of accounts, each once.
    pub(crate) fn accounts(&mut self, name: &str, length: RangeInclusive<usize>) -> Vec<AccountId> {
        let mut accounts = self.list(name, length, |text| {
            AccountId::parse(text).map_err(|_| ACCOUNT.to_owned())
        });
        let mut seen = std::collections::BTreeSet::new();
        accounts.retain(|account| seen.insert(*account));
        accounts
    }

    /// A list of values of an enumeration.
    pub(crate) fn choices<T: WireEnum>(
        &mut self,
        name: &str,
        length: RangeInclusive<usize>,
    ) -> Vec<T> {
        self.list(name, length, |text| {
            let value = T::VALUES.iter().copied().find(|value| value.name() == text);
            value.ok_or_else(|| {
                let words: Vec<_> = T::VALUES.iter().map(|value| value.name()).collect();
                format!("Member must satisfy enum value set: [{}]", words.join(", "))
            })
        })
    }

    /// A list of texts that are read one by one; a wrong one is the list's mistake, as AWS puts it.
    pub(crate) fn list<T>(
        &mut self,
        name: &str,
        length: RangeInclusive<usize>,
        item: impl Fn(&str) -> Result<T, String>,
    ) -> Vec<T> {
        let Some(value) = self.raw(name) else {
            return Vec::new();
        };
        let Some(values) = value.as_array() else {
            self.mistyped(name, "a list");
            return Vec::new();
        };
        if !self.check_length(name, values.len(), &length) {
            return Vec::new();
        }
        let mut items = Vec::with_capacity(values.len());
        for value in values {
            match value.as_str().map(&item) {
                Some(Ok(value)) => items.push(value),
                Some(Err(constraint)) => {
                    let message = format!("Member must satisfy constraint: [{constraint}]");
                    self.refuse(name, message);
                    break;
                }
                None => {
                    self.mistyped(name, "a list of strings");
                    break;
                }
            }
        }
        items
    }

    /// What a closure reads of a structure within; nothing when it is missing.
    pub(crate) fn structure<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Form<'v>) -> T,
    ) -> Option<T> {
        let value = self.raw(name)?;
        if !value.is_object() {
            self.mistyped(name, "a structure");
        }
        let mut form = Form {
            path: format!("{}{name}.", self.path),
            members: value.as_object(),
            invalid: Vec::new(),
        };
        form.members?;
        let value = read(&mut form);
        self.invalid.extend(form.invalid);
        self.invalid.truncate(COMPLAINTS);
        Some(value)
    }

    /// The names of all members that have a value.
    pub(crate) fn names(&self) -> Vec<&'v str> {
        let members = self.members.into_iter().flatten();
        members
            .filter(|(_, value)| !value.is_null())
            .map(|(name, _)| name.as_str())
            .collect()
    }

    /// What a closure reads of each structure of a list.
    pub(crate) fn structures<T>(
        &mut self,
        name: &str,
        length: RangeInclusive<usize>,
        mut read: impl FnMut(&mut Form<'v>) -> T,
    ) -> Vec<T> {
        let Some(value) = self.raw(name) else {
            return Vec::new();
        };
        let Some(values) = value.as_array() else {
            self.mistyped(name, "a list");
            return Vec::new();
        };
        if !self.check_length(name, values.len(), &length) {
            return Vec::new();
        }
        let mut items = Vec::with_capacity(values.len());
        for (value, at) in values.iter().zip(1..) {
            let name = format!("{name}.{at}.member");
            if !value.is_object() {
                self.mistyped(&name, "a structure");
                continue;
            }
            let mut form = Form {
                path: format!("{}{name}.", self.path),
                members: value.as_object(),
                invalid: Vec::new(),
            };
            items.push(read(&mut form));
            self.invalid.extend(form.invalid);
            self.invalid.truncate(COMPLAINTS);
        }
        items
    }

    /// Keys and values of a map of texts, bounded as tags are.
    pub(crate) fn tags(&mut self, name: &str) -> std::collections::BTreeMap<String, String> {
        let mut tags = std::collections::BTreeMap::new();
        let Some(value) = self.raw(name) else {
            return tags;
        };
        let Some(members) = value.as_object() else {
            self.mistyped(name, "a map");
            return tags;
        };
        if members.len() > MAX_TAGS {
            self.refuse(
                name,
                format!("Member must have length less than or equal to {MAX_TAGS}"),
            );
            return tags;
        }
        for (key, value) in members {
            let Some(value) = value.as_str() else {
                self.mistyped(name, "a map of strings");
                break;
            };
            if !(1..=128).contains(&key.chars().count()) || value.chars().count() > 256 {
                self.refuse(
                    name,
                    "Map keys must have 1 to 128 characters and values at most 256",
                );
                break;
            }
            if key.starts_with("aws:") {
                self.refuse(name, "Map keys must not begin with aws:, which is reserved");
                break;
            }
            tags.insert(key.clone(), value.to_owned());
        }
        tags
    }

    fn check_length(&mut self, name: &str, length: usize, range: &RangeInclusive<usize>) -> bool {
        let (least, most) = (range.start(), range.end());
        if length < *least {
            self.refuse(
                name,
                format!("Member must have length greater than or equal to {least}"),
            );
        } else if length > *most {
            self.refuse(
                name,
                format!("Member must have length less than or equal to {most}"),
            );
        }
        range.contains(&length)
    }
}

/// Tags of one resource ("Tagging AWS resources").
pub(crate) const MAX_TAGS: usize = 50;

const ACCOUNT: &str = "Member must satisfy regular expression pattern: \\d{12}";

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shindan_inspector::ResourceScanType;

    use super::*;

    fn message<T: std::fmt::Debug>(read: Result<T, Fault>) -> String {
        let answer = read.expect_err("refused").answer(None, None);
        let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
        body["message"].as_str().expect("a text").to_owned()
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let request = json!({"accountIds": ["1"], "resourceTypes": ["LAMBDA", "PARROT"]});
        let read = Form::read(&request, |form| {
            (
                form.accounts("accountIds", 0..=100),
                form.choices::<ResourceScanType>("resourceTypes", 1..=6),
                form.needed_text("name", 1..=3),
            )
        });
        assert_eq!(
            message(read),
            "3 validation errors detected: Value at 'accountIds' failed to satisfy constraint: Member must satisfy \
             constraint: [Member must satisfy regular expression pattern: \\d{12}]; Value at 'resourceTypes' failed to \
             satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: \
             [EC2, ECR, LAMBDA, LAMBDA_CODE, CODE_REPOSITORY]]; Value at 'name' failed to satisfy constraint: Member \
             must not be null"
        );
    }

    #[test]
    fn numbers_and_lengths_have_their_bounds() {
        for (request, wrong) in [
            (json!({"maxResults": 0}), "greater than or equal to 1"),
            (json!({"maxResults": 101}), "less than or equal to 100"),
            (json!({"maxResults": 1e300}), "a whole number"),
            (json!({"maxResults": "7"}), "a whole number"),
        ] {
            let read = Form::read(&request, |form| form.number("maxResults", 1..=100));
            let message = message(read);
            assert!(message.contains(wrong), "{message}");
        }
        let read = Form::read(&json!({"maxResults": null}), |form| {
            form.number("maxResults", 1..=100)
        });
        assert_eq!(read.expect("as good as missing"), None);
        let list = json!({"accountIds": vec!["123456789012"; 101]});
        let read = Form::read(&list, |form| form.accounts("accountIds", 0..=100));
        assert!(message(read).contains("less than or equal to 100"));
    }

    #[test]
    fn members_of_structures_are_named_in_full() {
        let request = json!({"autoEnable": {"ec2": true}});
        let read = Form::read(&request, |form| {
            form.structure("autoEnable", |form| form.needed_flag("ecr"))
        });
        assert!(message(read).contains("Value at 'autoEnable.ecr'"));
    }
}
