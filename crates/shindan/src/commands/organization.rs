//! `shindan organization`: which accounts a server takes for one organisation.

use shindan_inspector::{
    AccountId, AutoEnable, DelegatedAdminStatus, Member, Organization, Region, RelationshipStatus,
    Status,
};
use shindan_security_hub::{Hub, HubMember};
use shindan_store::{HUB_JOBS, Job, Priority, Store};

use crate::cli::service::{OrganizationArgs, OrganizationCommand, OrganizationSetArgs};
use crate::complaint::Complaint;
use crate::exit::Exit;
use crate::server::settings::Place;
use crate::server::{account, now, open_store, region, wait};
use crate::terminal;

pub(crate) fn run(args: &OrganizationArgs) -> Result<Exit, Complaint> {
    match &args.command {
        OrganizationCommand::Set(args) => set(args),
    }
}

fn set(args: &OrganizationSetArgs) -> Result<Exit, Complaint> {
    let place = Place::find(&args.place)?;
    let management = account(&args.management)?;
    let all = |texts: &[String]| -> Result<Vec<AccountId>, Complaint> {
        texts.iter().map(|text| account(text)).collect()
    };
    let accounts = all(&args.accounts)?;
    let suspended = all(&args.suspended)?;
    let regions: Vec<Region> = args
        .regions
        .iter()
        .map(|text| region(text))
        .collect::<Result<_, _>>()?;
    wait(async {
        let store = open_store(&place).await?;
        for region in &regions {
            set_in(&store, region, management, &accounts, &suspended).await?;
        }
        store.close().await;
        Ok(())
    })?;
    let regions: Vec<_> = regions.iter().map(Region::as_str).collect();
    terminal::print(&format!(
        "{management} manages an organisation in {}\n",
        regions.join(", ")
    ))?;
    Ok(Exit::Clean)
}

async fn set_in(
    store: &Store,
    region: &Region,
    management: AccountId,
    accounts: &[AccountId],
    suspended: &[AccountId],
) -> Result<(), Complaint> {
    let mut jobs = store
        .job_numbers((accounts.len() + 1) * (1 + HUB_JOBS) + 1)
        .await?;
    let mut write = store.write().await?;
    let organization = match write.organization(region).await? {
        Some(known) if known.management != management => {
            return Err(Complaint::input(format!(
                "{region}: {} manages the organisation, and a server knows one for each Region",
                known.management
            )));
        }
        Some(known) => known,
        None => Organization {
            management,
            administrator: None,
            administrator_status: DelegatedAdminStatus::Enabled,
            auto_enable: AutoEnable::default(),
        },
    };
    write.put_organization(region, &organization, now()).await?;
    let hubs = write.hub_organization(region).await?;
    let all = std::iter::once(&management)
        .chain(accounts)
        .chain(suspended);
    for &account in all {
        let is_suspended = suspended.contains(&account);
        let known = write.member(region, account).await?;
        let relationship = match (&known, is_suspended) {
            (_, true) => RelationshipStatus::AccountSuspended,
            (Some(member), false)
                if member.relationship != RelationshipStatus::AccountSuspended =>
            {
                member.relationship
            }
            (_, false) => RelationshipStatus::Created,
        };
        let mut member = Member {
            account,
            administrator: known.as_ref().and_then(|member| member.administrator),
            relationship,
            updated_at: now(),
        };
        let joining = match organization.administrator {
            Some(administrator) if known.is_none() && !is_suspended && account != administrator => {
                let members = write.member_count(region, administrator).await?;
                organization.joining(members)
            }
            _ => None,
        };
        if let Some((administrator, scans)) = joining
            && let Some(number) = jobs.next()
        {
            // What the delegated administrator wants new accounts to have.
            member.administrator = Some(administrator);
            member.relationship = RelationshipStatus::Enabled;
            for scan in scans {
                write
                    .set_scan_status(region, account, scan, Status::Enabling, now())
                    .await?;
            }
            let job = Job::Reconcile {
                region: region.clone(),
                account,
            };
            write.enqueue(&job, Priority::Now, now(), number).await?;
        }
        write.put_member(region, &member).await?;
        // What Security Hub's administrator wants them to have; the management account enables its hub itself.
        if known.is_none()
            && !is_suspended
            && account != management
            && let Some((administrator, with_standards)) = hubs.joining(account)
        {
            let member = HubMember::create(true, None, administrator, account, None, now())
                .map_err(Complaint::program)?;
            let hub = Hub::new(region.clone(), account, now());
            write.open_hub(&hub, with_standards, &mut jobs).await?;
            write.put_hub_member(region, &member).await?;
        }
    }
    // An account that was suspended, or is not any more, may decide about the administrator's controls.
    if let Some(administrator) = organization.administrator {
        write
            .check_controls_soon(region, administrator, now(), &mut jobs)
            .await?;
    }
    write.commit().await?;
    Ok(())
}
