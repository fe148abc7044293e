//! Lambda: which functions there are, how they are configured, and their code.
//!
//! Only `$LATEST` is looked at: it is what Inspector watches, and what changes. Environment variables are not kept,
//! because they are where secrets are. Code is downloaded once for each hash, layers once for each version.

mod download;
mod function;
mod hash;
mod known;

use std::collections::BTreeMap;

use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use secrecy::SecretString;
use shindan_inspector::{FunctionArn, LayerArn};

use crate::call::Call;
use crate::error::{CloudError, ErrorKind};
use crate::failure::Failure;
use crate::pages::Pages;
use crate::session::Session;
use download::Expected;

pub use function::{Function, Package};
pub use hash::{CodeHash, NotAHash};
pub use known::Known;

/// Functions of one page; the most that Lambda gives.
const PAGE: i32 = 50;

/// The functions of an account in a Region.
#[derive(Clone, Debug)]
pub struct Lambda {
    session: Session,
    client: aws_sdk_lambda::Client,
}

/// All functions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// In the order of their names.
    pub functions: Vec<Function>,
    /// Functions whose description cannot be read, as far as they have a name, and why.
    pub unreadable: Vec<String>,
}

/// A function looked at by itself.
#[derive(Clone, Debug)]
pub enum Described {
    Function(Box<Description>),
    /// Deleted since it was listed.
    Deleted,
}

/// What is known about a function.
#[derive(Clone, Debug)]
pub struct Description {
    pub function: Function,
    /// Why there are none, if they could not be read.
    pub tags: Result<BTreeMap<String, String>, String>,
    code: Code,
}

#[derive(Clone, Debug)]
enum Code {
    /// A presigned URL, which is a credential.
    Url(SecretString),
    /// A container image's URI.
    Image(String),
    Missing,
}

/// What became of getting a function's code.
#[derive(Clone, Debug)]
pub enum Fetched {
    /// Downloaded, with the hash that Lambda says it has.
    Zip {
        /// As it was when the code was fetched; newer than in the list if it was changed since.
        function: Box<Function>,
        hash: CodeHash,
        zip: Vec<u8>,
    },
    /// Nothing was downloaded: code with this hash is known.
    Known(CodeHash),
    /// The function is a container image, which is not in Lambda's storage.
    Image { uri: String },
    /// Deleted since it was listed.
    Deleted,
}

/// What became of getting a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchedLayer {
    Zip {
        hash: CodeHash,
        zip: Vec<u8>,
    },
    Known(CodeHash),
    /// Functions keep on using a version that was deleted, but nobody can download it any more.
    Deleted,
}

impl Session {
    /// The functions of this account and Region.
    #[must_use]
    pub fn lambda(&self) -> Lambda {
        Lambda {
            session: self.clone(),
            client: aws_sdk_lambda::Client::new(&self.config),
        }
    }
}

impl Lambda {
    /// Lists all functions.
    ///
    /// # Errors
    /// When a page cannot be had.
    pub async fn functions(&self) -> Result<Listed, CloudError> {
        let call = Call::ListFunctions;
        let mut listed = Listed::default();
        let mut pages = Pages::new(self.session.shared.settings.limits.pages);
        let mut marker = None;
        loop {
            let attempt = || {
                let page = self.client.list_functions().max_items(PAGE);
                page.set_marker(marker.clone()).send()
            };
            let page = self.session.sdk(call, attempt).await?;
            for configuration in page.functions() {
                match Function::read(configuration) {
                    Ok(function) => listed.functions.push(function),
                    Err(reason) => listed.unreadable.push(reason),
                }
            }
            marker = pages
                .turn(page.next_marker)
                .map_err(|failure| self.session.error(call, &failure))?;
            if marker.is_none() {
                listed.functions.sort_by(|a, b| a.arn.cmp(&b.arn));
                return Ok(listed);
            }
        }
    }

    /// Reads configuration and tags of one function.
    ///
    /// # Errors
    /// When the call fails otherwise than by the function being gone.
    pub async fn describe(&self, function: &FunctionArn) -> Result<Described, CloudError> {
        let call = Call::GetFunction;
        let attempt = || {
            self.client
                .get_function()
                .function_name(function.name())
                .send()
        };
        let answer = match self.session.sdk(call, attempt).await {
            Ok(answer) => answer,
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(Described::Deleted),
            Err(error) => return Err(error),
        };
        let read = answer
            .configuration()
            .ok_or_else(|| "the answer has no configuration".to_owned())
            .and_then(Function::read);
        match read {
            Ok(function) => Ok(Described::Function(Box::new(Description {
                function,
                tags: tags(&answer),
                code: code(&answer),
            }))),
            Err(reason) => {
                let failure = Failure::of(ErrorKind::NotTheService, reason);
                Err(self.session.error(call, &failure))
            }
        }
    }

    /// Downloads a function's code, unless code with the same hash is known already. What is downloaded is known from
    /// then on.
    ///
    /// # Errors
    /// When it cannot be had, is too large, or is not what Lambda says it is.
    pub async fn fetch(&self, function: &Function, known: &Known) -> Result<Fetched, CloudError> {
        if let Some(hash) = function.hash().filter(|hash| known.has(hash)) {
            return Ok(Fetched::Known(hash));
        }
        match self.describe(&function.arn).await? {
            Described::Function(description) => self.fetch_described(*description, known).await,
            Described::Deleted => Ok(Fetched::Deleted),
        }
    }

    /// The same for a function that was just described, without asking for it once more.
    ///
    /// # Errors
    /// When it cannot be had, is too large, or is not what Lambda says it is.
    pub async fn fetch_described(
        &self,
        mut description: Description,
        known: &Known,
    ) -> Result<Fetched, CloudError> {
        let mut last_try = false;
        loop {
            let Description { function, code, .. } = description;
            if let Code::Image(uri) = code {
                return Ok(Fetched::Image { uri });
            }
            let (Some((hash, size)), Code::Url(url)) = (function.zip(), code) else {
                let message = "Lambda names neither code nor an image for the function";
                let failure = Failure::of(ErrorKind::Other, message);
                return Err(self.session.error(Call::GetFunction, &failure));
            };
            if known.has(&hash) {
                return Ok(Fetched::Known(hash));
            }
            let (arn, expected) = (function.arn.clone(), Expected { hash, size });
            match self.download(Call::GetFunction, &url, expected).await {
                Ok(zip) => {
                    known.add(hash);
                    let function = Box::new(function);
                    return Ok(Fetched::Zip {
                        function,
                        hash,
                        zip,
                    });
                }
                // The URL has ended, or the function was changed or deleted meanwhile: look again.
                Err(error)
                    if !last_try
                        && matches!(
                            error.kind,
                            ErrorKind::AccessDenied | ErrorKind::NotFound | ErrorKind::WrongHash
                        ) =>
                {
                    last_try = true;
                    description = match self.describe(&arn).await? {
                        Described::Function(description) => *description,
                        Described::Deleted => return Ok(Fetched::Deleted),
                    };
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Downloads a version of a layer, unless it or a zip with the same hash is known already. A version never changes,
    /// so a known one costs no call.
    ///
    /// # Errors
    /// When it cannot be had, is too large, or is not what Lambda says it is. Layers of other accounts can be denied
    /// although the function may use them.
    pub async fn fetch_layer(
        &self,
        layer: &LayerArn,
        known: &Known,
    ) -> Result<FetchedLayer, CloudError> {
        if let Some(hash) = known.layer(layer) {
            return Ok(FetchedLayer::Known(hash));
        }
        let call = Call::GetLayerVersion;
        let attempt = || {
            self.client
                .get_layer_version()
                .layer_name(layer_without_version(layer))
                .version_number(i64::try_from(layer.version).unwrap_or(i64::MAX))
                .send()
        };
        let answer = match self.session.sdk(call, attempt).await {
            Ok(answer) => answer,
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(FetchedLayer::Deleted),
            Err(error) => return Err(error),
        };
        let wrong = |message: &str| {
            let failure = Failure::of(ErrorKind::NotTheService, message);
            self.session.error(call, &failure)
        };
        let content = answer
            .content
            .ok_or_else(|| wrong("the layer has no content"))?;
        let hash = content
            .code_sha256
            .as_deref()
            .and_then(|text| CodeHash::parse(text).ok())
            .ok_or_else(|| wrong("the layer has no SHA-256"))?;
        if known.has(&hash) {
            known.add_layer(layer.clone(), hash);
            return Ok(FetchedLayer::Known(hash));
        }
        let url = content
            .location
            .ok_or_else(|| wrong("the layer has no location"))?;
        let expected = Expected {
            hash,
            size: u64::try_from(content.code_size).unwrap_or_default(),
        };
        let zip = self
            .download(call, &SecretString::from(url), expected)
            .await?;
        known.add_layer(layer.clone(), hash);
        Ok(FetchedLayer::Zip { hash, zip })
    }

    async fn download(
        &self,
        call: Call,
        url: &SecretString,
        expected: Expected,
    ) -> Result<Vec<u8>, CloudError> {
        let shared = &self.session.shared;
        let attempt = || download::download(&shared.http, &shared.settings, url, expected);
        self.session.retry().run(call, attempt).await
    }
}

fn code(answer: &GetFunctionOutput) -> Code {
    let Some(code) = answer.code() else {
        return Code::Missing;
    };
    match (code.image_uri(), code.location()) {
        (Some(uri), _) => Code::Image(uri.to_owned()),
        (None, Some(url)) => Code::Url(SecretString::from(url)),
        (None, None) => Code::Missing,
    }
}

/// Lambda leaves tags out if they may not be read, and only says so in a member of its own.
fn tags(answer: &GetFunctionOutput) -> Result<BTreeMap<String, String>, String> {
    if let Some(error) = answer.tags_error() {
        return Err(format!("{}: {}", error.error_code(), error.message()));
    }
    let tags = answer.tags().into_iter().flatten();
    Ok(tags
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect())
}

/// Lambda takes the ARN of a layer for its name, also that of another account.
fn layer_without_version(layer: &LayerArn) -> String {
    let arn = layer.to_string();
    arn.rsplit_once(':')
        .map_or(arn.clone(), |(arn, _)| arn.to_owned())
}
