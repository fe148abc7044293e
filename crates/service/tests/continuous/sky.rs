//! AWS as a test makes it up: what there is, what fails, and what was asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use shindan_inspector::{Architecture, FunctionArn, LayerArn, Timestamp};
use shindan_service::PackageHash;
use shindan_service::source::account::{
    Account, CallError, CallErrorKind, Change, ChangeQueue, Cloud, Described, Downloaded,
    Invocations, Listed, ListedPackage, Listing, Place,
};

use crate::world::{START, account, arn, region};

/// AWS. A clone is the same one.
#[derive(Clone, Default)]
pub(crate) struct Sky(Arc<Mutex<State>>);

#[derive(Default)]
pub(crate) struct State {
    pub(crate) functions: BTreeMap<FunctionArn, Function>,
    pub(crate) layers: BTreeMap<LayerArn, Bytes>,
    /// Calls that fail, by what [`Self::asked`] says of them.
    pub(crate) failing: BTreeMap<String, CallErrorKind>,
    /// Functions that lists leave out.
    pub(crate) unlisted: Vec<FunctionArn>,
    pub(crate) invoked: BTreeMap<FunctionArn, Timestamp>,
    /// Messages of the queue: number, what it is about.
    pub(crate) messages: BTreeMap<u64, Change>,
    asked: Vec<String>,
}

#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) listed: Listed,
    pub(crate) tags: Result<BTreeMap<String, String>, String>,
    pub(crate) zip: Bytes,
}

impl Sky {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no panic")
    }

    /// Makes or changes a function; the script is its code.
    pub(crate) fn put(&self, name: &str, script: &str) {
        self.put_with(name, script, |_| {});
    }

    pub(crate) fn put_with(&self, name: &str, script: &str, change: impl FnOnce(&mut Function)) {
        let zip = Bytes::from(script.to_owned());
        let listed = Listed {
            arn: arn(name),
            runtime: "python3.12".to_owned(),
            handler: "app.handler".to_owned(),
            role_arn: String::new(),
            architecture: Architecture::Arm64,
            kms_key: String::new(),
            vpc: None,
            layers: Vec::new(),
            last_modified: Timestamp::from_millis(START),
            package: ListedPackage::Zip {
                hash: PackageHash::of(&zip),
                size: zip.len() as u64,
            },
        };
        let mut function = Function {
            listed,
            tags: Ok(BTreeMap::new()),
            zip,
        };
        change(&mut function);
        self.state().functions.insert(arn(name), function);
    }

    pub(crate) fn delete(&self, name: &str) {
        self.state().functions.remove(&arn(name));
    }

    pub(crate) fn fail(&self, call: &str, kind: CallErrorKind) {
        self.state().failing.insert(call.to_owned(), kind);
    }

    pub(crate) fn heal(&self) {
        self.state().failing.clear();
    }

    pub(crate) fn send(&self, change: Change) {
        let mut state = self.state();
        let number = state.messages.keys().max().map_or(1, |last| last + 1);
        state.messages.insert(number, change);
    }

    /// What was asked since the last time, calls of some beginning only, sorted.
    pub(crate) fn take_asked(&self, beginning: &str) -> Vec<String> {
        let mut asked = std::mem::take(&mut self.state().asked);
        asked.retain(|call| call.starts_with(beginning));
        asked.sort();
        asked
    }

    fn ask(&self, call: String) -> Result<MutexGuard<'_, State>, CallError> {
        let mut state = self.state();
        state.asked.push(call.clone());
        match state.failing.get(&call) {
            Some(&kind) => Err(CallError {
                kind,
                message: format!("{call} does not work"),
            }),
            None => Ok(state),
        }
    }
}

pub(crate) fn place() -> Place {
    Place {
        account: account(),
        region: region(),
    }
}

impl Cloud for Sky {
    type Account = Self;

    async fn places(&self) -> Result<Vec<Place>, CallError> {
        Ok(vec![place()])
    }

    async fn account(&self, place: &Place) -> Result<Self, CallError> {
        self.ask(format!("account {place}")).map(|_| self.clone())
    }
}

impl Account for Sky {
    type Code = FunctionArn;

    async fn list(&self) -> Result<Listing, CallError> {
        let state = self.ask("list".to_owned())?;
        let listed = state.functions.values().map(|f| f.listed.clone());
        Ok(Listing {
            functions: listed
                .filter(|f| !state.unlisted.contains(&f.arn))
                .collect(),
            unreadable: Vec::new(),
        })
    }

    async fn describe(
        &self,
        function: &FunctionArn,
    ) -> Result<Option<Described<FunctionArn>>, CallError> {
        let state = self.ask(format!("describe {}", function.name()))?;
        let known = state.functions.get(function).cloned();
        Ok(known.map(|known| Described {
            code: known.listed.arn.clone(),
            function: known.listed,
            tags: known.tags,
        }))
    }

    async fn code(&self, code: FunctionArn) -> Result<Option<Downloaded>, CallError> {
        // Lets others have a turn, as a download does.
        tokio::task::yield_now().await;
        let state = self.ask(format!("code {}", code.name()))?;
        let known = state.functions.get(&code).cloned();
        Ok(known.map(|known| Downloaded {
            function: known.listed,
            zip: known.zip,
        }))
    }

    async fn layer(&self, layer: &LayerArn) -> Result<Bytes, CallError> {
        let state = self.ask(format!("layer {layer}"))?;
        state.layers.get(layer).cloned().ok_or_else(|| CallError {
            kind: CallErrorKind::Unusable,
            message: "there is no such layer".to_owned(),
        })
    }

    async fn invocations(&self, functions: &[FunctionArn]) -> Invocations {
        match self.ask("invocations".to_owned()) {
            Ok(state) => Invocations {
                last: state.invoked.clone(),
                ..Invocations::default()
            },
            Err(error) => Invocations {
                unknown: functions.to_vec(),
                reason: Some(error.message),
                ..Invocations::default()
            },
        }
    }
}

impl ChangeQueue for Sky {
    type Receipt = u64;

    async fn receive(&self) -> Result<Vec<(Change, u64)>, CallError> {
        let state = self.ask("receive".to_owned())?;
        let messages = state.messages.iter();
        Ok(messages.map(|(n, change)| (change.clone(), *n)).collect())
    }

    async fn done(&self, receipts: Vec<u64>) -> Result<(), CallError> {
        let mut state = self.ask("done".to_owned())?;
        state
            .messages
            .retain(|number, _| !receipts.contains(number));
        Ok(())
    }
}
