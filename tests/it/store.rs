//! The store on both databases.

use crate::kit::world::on_both_databases;

on_both_databases! {
    async fn every_statement_prepares(world: World) {
        let refused = world.app.context().store.refused_statements().await;
        assert!(refused.is_empty(), "{refused:#?}");
    }
}
