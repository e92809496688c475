//! What the shopper typed. Kept in memory while the page lives, never in storage. Pure.

use std::fmt;

use shoptag_commerce::BrandId;
use shoptag_protocol::{Address, Contact, DeliveryChoice, FieldError};

use crate::checkout::field::{Field, Issue};

/// The checkout's fields, what is wrong with them, and the chosen deliveries.
#[derive(Clone, PartialEq, Default)]
pub struct Form {
    texts: [String; Field::ALL.len()],
    issues: [Option<Issue>; Field::ALL.len()],
    delivery: Vec<DeliveryChoice>,
}

/// Personal data never reaches a log through `{:?}`.
impl fmt::Debug for Form {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Form(..)")
    }
}

impl Form {
    /// The text as typed.
    #[must_use]
    pub fn text(&self, field: Field) -> &str {
        self.texts.get(field.index()).map_or("", String::as_str)
    }

    /// What is wrong with the field, if that has been found out.
    #[must_use]
    pub fn issue(&self, field: Field) -> Option<&Issue> {
        self.issues.get(field.index())?.as_ref()
    }

    /// The first field with something wrong.
    #[must_use]
    pub fn first_invalid(&self) -> Option<Field> {
        Field::ALL
            .into_iter()
            .find(|field| self.issue(*field).is_some())
    }

    /// Takes in what was typed. What was wrong with the field is taken back until it is left.
    pub fn set(&mut self, field: Field, text: String) {
        if let Some(own) = self.texts.get_mut(field.index()) {
            *own = text;
        }
        self.mark(field, None);
    }

    /// Says what is wrong with a field that was left; an empty one is not complained about yet.
    pub fn check_left(&mut self, field: Field) {
        let issue = field
            .issue(self.text(field))
            .filter(|issue| *issue != Issue::Missing);
        if issue.is_some() {
            self.mark(field, issue);
        }
    }

    /// Says what is wrong with every field; true when nothing is.
    pub fn check_all(&mut self) -> bool {
        for field in Field::ALL {
            let issue = field.issue(self.text(field));
            let refused = matches!(self.issue(field), Some(Issue::Refused { .. }));
            // What the server refused stays refused until it is typed anew.
            if issue.is_some() || !refused {
                self.mark(field, issue);
            }
        }
        self.first_invalid().is_none()
    }

    /// Whether every field is well as far as one can tell here, without saying so.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        Field::ALL
            .into_iter()
            .all(|field| field.issue(self.text(field)).is_none() && self.issue(field).is_none())
    }

    /// Puts the server's complaints beside the fields; returns those that belong to no field.
    pub fn refuse(&mut self, errors: &[FieldError]) -> Vec<FieldError> {
        let mut others = Vec::new();
        for error in errors {
            match Field::from_pointer(&error.pointer) {
                Some(field) => {
                    let (code, detail) = (error.code.clone(), error.detail.clone());
                    self.mark(field, Some(Issue::Refused { code, detail }));
                }
                None => others.push(error.clone()),
            }
        }
        others
    }

    /// The country, if one is chosen.
    #[must_use]
    pub fn country(&self) -> Option<&str> {
        Some(self.text(Field::Country)).filter(|text| !text.is_empty())
    }

    /// Chooses the country the site offers first, unless one is chosen already.
    pub fn offer_country(&mut self, country: Option<&str>) {
        if let Some(country) = country.filter(|_| self.country().is_none()) {
            self.set(Field::Country, country.to_owned());
        }
    }

    /// The contact of a form that is complete.
    #[must_use]
    pub fn contact(&self) -> Contact {
        Contact {
            email: self.trimmed(Field::Email),
            name: self.trimmed(Field::Name),
            phone: self.given(Field::Phone),
        }
    }

    /// The address of a form that is complete.
    #[must_use]
    pub fn address(&self) -> Address {
        Address {
            line1: self.trimmed(Field::Line1),
            line2: self.given(Field::Line2),
            postcode: self.trimmed(Field::Postcode),
            city: self.trimmed(Field::City),
        }
    }

    /// The deliveries that the shopper chose.
    #[must_use]
    pub fn delivery(&self) -> &[DeliveryChoice] {
        &self.delivery
    }

    /// Chooses a brand's delivery.
    pub fn choose_delivery(&mut self, brand_id: BrandId, option_id: String) {
        self.delivery.retain(|choice| choice.brand_id != brand_id);
        self.delivery.push(DeliveryChoice {
            brand_id,
            option_id,
        });
    }

    /// Gives every choice of delivery back to the server: another country, other options.
    pub fn forget_delivery(&mut self) {
        self.delivery.clear();
    }

    fn trimmed(&self, field: Field) -> String {
        self.text(field).trim().to_owned()
    }

    fn given(&self, field: Field) -> Option<String> {
        Some(self.trimmed(field)).filter(|text| !text.is_empty())
    }

    fn mark(&mut self, field: Field, issue: Option<Issue>) {
        if let Some(own) = self.issues.get_mut(field.index()) {
            *own = issue;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::fixtures::filled_form;

    fn refusal(pointer: &str) -> FieldError {
        FieldError {
            pointer: pointer.to_owned(),
            code: "address".to_owned(),
            detail: "Write it differently.".to_owned(),
            available: None,
        }
    }

    #[test]
    fn an_empty_field_is_complained_about_only_when_the_order_is_pressed() {
        let mut form = Form::default();
        form.check_left(Field::Email);
        assert_eq!(form.issue(Field::Email), None);
        assert!(!form.check_all());
        assert_eq!(form.first_invalid(), Some(Field::Email));
        assert_eq!(form.issue(Field::Phone), None);
    }

    #[test]
    fn a_slip_is_shown_on_leaving_and_taken_back_while_typing() {
        let mut form = Form::default();
        form.set(Field::Email, "ada@example".to_owned());
        form.check_left(Field::Email);
        assert_eq!(form.issue(Field::Email), Some(&Issue::EmailShape));
        form.set(Field::Email, "ada@example.".to_owned());
        assert_eq!(form.issue(Field::Email), None);
    }

    #[test]
    fn what_the_server_refused_stays_refused_until_it_is_typed_anew() {
        let mut form = filled_form();
        assert!(form.is_complete());
        let others = form.refuse(&[refusal("/address/postcode"), refusal("/delivery/0")]);
        assert_eq!(others, [refusal("/delivery/0")]);
        assert!(!form.check_all());
        assert!(!form.is_complete());
        form.set(Field::Postcode, "20095".to_owned());
        assert!(form.check_all());
    }

    #[test]
    fn contact_and_address_are_trimmed_and_may_lack_what_is_optional() {
        let mut form = filled_form();
        assert_eq!((form.contact().phone, form.address().line2), (None, None));
        form.set(Field::City, " Hamburg ".to_owned());
        form.set(Field::Phone, " 040 1 ".to_owned());
        assert_eq!(form.address().city, "Hamburg");
        assert_eq!(form.contact().phone.as_deref(), Some("040 1"));
    }

    #[test]
    fn a_form_in_a_log_shows_nothing() {
        assert_eq!(format!("{:?}", filled_form()), "Form(..)");
    }
}
