//! What a test asks of a directory, whatever server it is.

use std::path::Path;

use super::ldap::{Found, Login, Question};
use crate::Result;

/// A real directory server with the product's schema, its access rules of `docs/admin`, and places for people, groups, configuration and
/// vaults. It serves until the value is dropped.
///
/// Names of users, groups and units are plain words: no character that a distinguished name or a filter would have to escape.
pub trait DirectoryServer {
    /// `ldaps://HOST:PORT`.
    fn url(&self) -> String {
        format!("ldaps://{}:{}", self.host(), self.port())
    }

    /// The host by which it is reached, which its certificate names.
    fn host(&self) -> &str;

    /// Its port for LDAP over TLS.
    fn port(&self) -> u16;

    /// The certificate that a client must trust, as a PEM file.
    fn ca(&self) -> &Path;

    /// The top of the tree, `dc=example,dc=org`.
    fn base(&self) -> &str;

    /// Where the organisation's configuration is: `ou=Countersign,BASE`.
    fn configuration(&self) -> String {
        format!("ou=Countersign,{}", self.base())
    }

    /// Where the people are: `ou=People,BASE`.
    fn people(&self) -> String {
        format!("ou=People,{}", self.base())
    }

    /// Where the groups are: `ou=Groups,BASE`.
    fn groups(&self) -> String {
        format!("ou=Groups,{}", self.base())
    }

    /// The separate container, where vaults may be instead of under the user's own entry: `ou=Vaults,BASE`.
    fn vaults(&self) -> String {
        format!("ou=Vaults,{}", self.base())
    }

    /// A unit of configuration: `ou=NAME,ou=Countersign,BASE`.
    fn unit(&self, name: &str) -> String {
        format!("ou={name},{}", self.configuration())
    }

    /// A user's entry.
    fn user_dn(&self, name: &str) -> String {
        format!("uid={name},{}", self.people())
    }

    /// A group's entry.
    fn group_dn(&self, name: &str) -> String {
        format!("cn={name},{}", self.groups())
    }

    /// What a user gives as his name at a simple bind: his entry's name, or `NAME@REALM`.
    fn bind_name(&self, name: &str) -> String {
        self.user_dn(name)
    }

    /// The attribute of a user's entry that has his name.
    fn login_attribute(&self) -> &'static str {
        "uid"
    }

    /// Whoever may do everything.
    fn admin(&self) -> Login;

    /// A user as whom to ask.
    fn login(&self, name: &str, password: &str) -> Login {
        Login::new(&self.bind_name(name), password)
    }

    /// What an agent's `settings.toml` says for a user of this directory who shows it his password.
    fn agent_settings(&self, user: &str) -> String {
        format!(
            "[repository]\nuser = \"{user}\"\n\n[directory]\nservers = \"{}\"\nbase = \"{}\"\nca = \"{}\"\n\
             bind_name = \"{}\"\nlogin = \"{}\"\ncredentials = \"directory\"\n",
            self.url(),
            self.base(),
            self.ca().display(),
            self.bind_name("{user}"),
            self.login_attribute(),
        )
    }

    /// A new user.
    fn add_user(&self, name: &str, password: &str) -> Result<()> {
        let ldif = format!(
            "dn: {}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\nsn: {name}\nuserPassword: {password}\n",
            self.user_dn(name)
        );
        self.change(&self.admin(), &ldif)
    }

    /// Changes a user's entry as the lines of an LDIF record say that come after `changetype: modify`.
    fn modify_user(&self, name: &str, what: &str) -> Result<()> {
        let ldif = format!("dn: {}\nchangetype: modify\n{what}\n", self.user_dn(name));
        self.change(&self.admin(), &ldif)
    }

    /// Gives a user another password, as a helpdesk resets it.
    fn set_password(&self, name: &str, password: &str) -> Result<()> {
        self.modify_user(name, &format!("replace: userPassword\nuserPassword: {password}"))
    }

    /// Lets a user no longer bind.
    fn disable(&self, name: &str) -> Result<()>;

    /// Lets him bind again.
    fn enable(&self, name: &str) -> Result<()>;

    /// Renames a user: his entry, and the name he binds with.
    fn rename_user(&self, name: &str, to: &str) -> Result<()> {
        let (old, new) = (self.user_dn(name), self.user_dn(to));
        let first = new.split(',').next().unwrap_or(&new);
        let ldif = format!("dn: {old}\nchangetype: modrdn\nnewrdn: {first}\ndeleteoldrdn: 1\n");
        self.change(&self.admin(), &ldif)
    }

    /// Deletes a user and what is under his entry.
    fn delete_user(&self, name: &str) -> Result<()> {
        super::ldap::delete_tree(self, &self.admin(), &self.user_dn(name))
    }

    /// How often a wrong password came in since the last right one.
    fn bad_password_count(&self, name: &str) -> Result<u32>;

    /// A new group of nobody.
    fn add_group(&self, name: &str) -> Result<()>;

    /// Takes a user into a group. `helpdesk` and `countersign-admins` are there from the start.
    fn join(&self, group: &str, user: &str) -> Result<()> {
        self.change_members("add", group, user)
    }

    /// Takes a user out of a group.
    fn leave(&self, group: &str, user: &str) -> Result<()> {
        self.change_members("delete", group, user)
    }

    /// Adds or deletes a member.
    fn change_members(&self, how: &str, group: &str, user: &str) -> Result<()> {
        let (group, user) = (self.group_dn(group), self.user_dn(user));
        let ldif = format!("dn: {group}\nchangetype: modify\n{how}: member\nmember: {user}\n");
        self.change(&self.admin(), &ldif)
    }

    /// A new unit of configuration, readable by a new group of the same name. `path` is the unit's name, or several as in
    /// `Pilot,ou=Sales`: the first one counts.
    fn add_unit(&self, path: &str) -> Result<()>;

    /// Adds, changes and deletes as LDIF says. An entry without `changetype` is added.
    fn change(&self, who: &Login, ldif: &str) -> Result<()> {
        super::ldap::change(self, who, ldif)
    }

    /// The same with a control, as `ldapmodify -e` takes it.
    fn change_with(&self, who: &Login, control: &str, ldif: &str) -> Result<()> {
        super::ldap::change_with(self, who, control, ldif)
    }

    /// Asks.
    fn search(&self, who: &Login, question: &Question<'_>) -> Result<Found> {
        super::ldap::search(self, who, question)
    }

    /// Ends the server as its administrator would; what it answered is kept.
    fn stop(&mut self) -> Result<()>;

    /// Ends it at once, in the midst of whatever it does.
    fn kill(&mut self) -> Result<()>;

    /// Starts it again after [`DirectoryServer::stop`] or [`DirectoryServer::kill`], with the same data, address and certificate.
    fn restart(&mut self) -> Result<()>;
}
