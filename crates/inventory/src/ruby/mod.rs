//! What RubyGems and Bundler write down.

pub(crate) mod gemfile_lock;
pub(crate) mod gemspec;
