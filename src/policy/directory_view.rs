//! Views of the directory.

use super::access::Access;
use super::visible::Visible;
use crate::domain::directory::{Organization, Service};
use std::sync::Arc;

/// A service as a viewer may know it.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct ServiceView {
    /// The service; a redacted place in it holds an area and no point.
    pub service: Arc<Service>,
    /// Its organisation, where the directory has it.
    pub organization: Option<Arc<Organization>>,
    /// Phone numbers, for signed-in staff.
    pub phones: Vec<String>,
    /// Role mailbox, for signed-in staff.
    pub email: Option<String>,
}

/// The view of a service; `None` when the viewer may not know that it exists.
pub fn show_service(
    access: &Access,
    service: &Arc<Service>,
    organization: Option<&Arc<Organization>>,
) -> Option<Visible<ServiceView>> {
    access.directory_scope().admits(service).then(|| {
        let is_staff = access.account().is_some();
        let view = ServiceView {
            phones: if is_staff { service.phones.clone() } else { Vec::new() },
            email: service.email.clone().filter(|_| is_staff),
            service: Arc::clone(service),
            organization: organization.map(Arc::clone),
        };
        Visible::of_directory(view, access.recorder().clone())
    })
}

/// The view of an organisation; `None` unless the viewer may know of one of its services, is of it, or
/// is on the other side of a referral that `is_counterpart` tells of.
pub fn show_organization(
    access: &Access,
    organization: &Arc<Organization>,
    services: &[Arc<Service>],
    is_counterpart: bool,
) -> Option<Visible<Arc<Organization>>> {
    let scope = access.directory_scope();
    let is_known = scope.organization == Some(organization.id)
        || is_counterpart
        || services.iter().any(|service| scope.admits(service));
    is_known.then(|| Visible::of_directory(Arc::clone(organization), access.recorder().clone()))
}
