//! One call of an operation: who calls, what with, and what an operation may ask about the caller.
//!
//! [`Caller`] is what all services have in common, [`Call`] a call of Inspector's; Security Hub's is
//! [`HubCall`](crate::operation::hub::HubCall).

use std::ops::Deref;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shindan_inspector::access::{self, Denied};
use shindan_inspector::{
    AccountId, Action, Operation, Region, Relation, Standing, Target, Timestamp,
};
use shindan_store::{AuditEntry, Reach, Scope, Store, Write};

use crate::asked::Asked;
use crate::authenticate::Principal;
use crate::error::Fault;
use crate::ports::Ports;
use crate::service::State;
use crate::token::List;
use crate::validate::Form;

/// A body to send with status 200.
pub(crate) type Answer = Result<Vec<u8>, Fault>;

/// Who calls, and when.
pub(crate) struct Caller {
    pub(crate) state: Arc<State>,
    pub(crate) principal: Principal,
    pub(crate) now: Timestamp,
}

pub(crate) struct Call {
    pub(crate) caller: Caller,
    pub(crate) standing: Standing,
    pub(crate) operation: Operation,
    /// The body, an empty object when there was none.
    pub(crate) body: Value,
    /// The ARN of the path.
    pub(crate) label: Option<String>,
    pub(crate) query: Vec<(String, String)>,
}

impl Deref for Call {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl Caller {
    pub(crate) fn ports(&self) -> &Ports {
        &self.state.ports
    }

    pub(crate) fn store(&self) -> &Store {
        &self.state.ports.store
    }

    pub(crate) const fn account(&self) -> AccountId {
        self.principal.account
    }

    pub(crate) const fn region(&self) -> &Region {
        &self.principal.region
    }

    /// Writes down what was done, in the transaction that does it.
    pub(crate) async fn note(
        &self,
        write: &mut Write,
        operation: Asked,
        target: &str,
    ) -> Result<(), Fault> {
        let entry = AuditEntry {
            at: self.now,
            region: self.region().clone(),
            account: self.account(),
            access_key: self.principal.access_key.clone(),
            operation: operation.to_string(),
            target: target.to_owned(),
            outcome: "done".to_owned(),
        };
        Ok(write.audit(&entry).await?)
    }

    /// A random version 4 UUID.
    pub(crate) fn uuid(&self) -> String {
        let mut bytes = [0; 16];
        self.ports().entropy.fill(&mut bytes);
        crate::service::uuid(bytes)
    }
}

impl Call {
    /// Whose rows the caller sees.
    pub(crate) fn scope(&self) -> Scope {
        let reach = if access::sees_members(self.principal.role, self.standing) {
            Reach::Members
        } else {
            Reach::Own
        };
        Scope {
            region: self.region().clone(),
            account: self.account(),
            reach,
        }
    }

    /// Reads the body.
    pub(crate) fn read<'v, T>(&'v self, read: impl FnOnce(&mut Form<'v>) -> T) -> Result<T, Fault> {
        Form::read(&self.body, read)
    }

    /// Whether the caller may.
    pub(crate) fn may(&self, action: Action, target: Target) -> Result<(), Denied> {
        access::may(self.principal.role, self.standing, action, target)
    }

    /// What an account is to the caller.
    pub(crate) async fn target(&self, account: AccountId) -> Result<Target, Fault> {
        if account == self.account() {
            return Ok(Target::Own);
        }
        if self.standing.relation != Relation::Administrator {
            return Ok(Target::Stranger);
        }
        let member = self.store().member(self.region(), account).await?;
        let mine = member.is_some_and(|member| member.administrator == Some(self.account()));
        Ok(if mine {
            Target::Member
        } else {
            Target::Stranger
        })
    }

    /// Writes down what was done, in the transaction that does it.
    pub(crate) async fn audit(&self, write: &mut Write, target: &str) -> Result<(), Fault> {
        self.note(write, Asked::Inspector(self.operation), target)
            .await
    }

    /// Writes down what was done by functions of the store that have a transaction of their own.
    pub(crate) async fn audit_after(&self, target: &str) -> Result<(), Fault> {
        let mut write = self.store().write().await?;
        self.audit(&mut write, target).await?;
        Ok(write.commit().await?)
    }

    /// The cursor of the request's `nextToken`.
    pub(crate) fn cursor<T: DeserializeOwned>(&self) -> Result<Option<T>, Fault> {
        match self.body.get("nextToken") {
            None | Some(Value::Null) => Ok(None),
            // Inspector takes an empty token for none.
            Some(Value::String(token)) if token.is_empty() => Ok(None),
            Some(Value::String(token)) => {
                let scope = self.scope();
                self.state.tokens.open(self.list(&scope), token).map(Some)
            }
            Some(_) => Err(Fault::cannot_parse("nextToken is not a string")),
        }
    }

    /// The token of a cursor.
    pub(crate) fn next_token<T: Serialize>(
        &self,
        cursor: Option<&T>,
    ) -> Result<Option<String>, Fault> {
        let scope = self.scope();
        cursor
            .map(|cursor| self.state.tokens.seal(self.list(&scope), cursor))
            .transpose()
    }

    const fn list<'c>(&'c self, scope: &'c Scope) -> List<'c> {
        List {
            scope,
            operation: Asked::Inspector(self.operation),
            request: &self.body,
        }
    }
}

/// A body of an answer.
pub(crate) fn answer<T: Serialize>(body: &T) -> Answer {
    serde_json::to_vec(body)
        .map_err(|error| Fault::internal(format!("an answer does not serialise: {error}")))
}

/// The body of an answer that says nothing.
pub(crate) fn nothing() -> Answer {
    Ok(b"{}".to_vec())
}
