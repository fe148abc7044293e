use shindan_store::Store;

use crate::database::TestDatabase;

/// Runs a test on an empty store of every engine there is.
pub(crate) async fn on_each<F, R>(test: F)
where
    F: Fn(Store) -> R,
    R: Future<Output = ()>,
{
    for database in TestDatabase::each().await {
        let store = database.open().await;
        test(store.clone()).await;
        store.close().await;
        database.remove().await;
    }
}
