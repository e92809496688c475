//! The text fields, in the light DOM: contact and address. Labels above, errors below, each tied to
//! its field.

use shoptag_commerce::decimal;
use yew::Callback;

use crate::browser::{dom, intl};
use crate::checkout::{Checkout, Field, Issue};
use crate::event::Event;
use crate::markup::{Markup, On, element};
use crate::messages::fill;
use crate::view::View;

/// How a field is filled in.
struct Kind {
    id: &'static str,
    autocomplete: &'static str,
    kind: &'static str,
    inputmode: &'static str,
    enterkeyhint: &'static str,
}

impl Kind {
    /// Names of `autocomplete` as the HTML standard has them.
    fn of(field: Field) -> Self {
        let plain = |id, autocomplete| Self {
            id,
            autocomplete,
            kind: "text",
            inputmode: "text",
            enterkeyhint: "next",
        };
        match field {
            Field::Email => Self {
                kind: "email",
                inputmode: "email",
                ..plain("shoptag-email", "email")
            },
            Field::Name => plain("shoptag-name", "name"),
            Field::Phone => Self {
                kind: "tel",
                inputmode: "tel",
                ..plain("shoptag-phone", "tel")
            },
            Field::Country => plain("shoptag-country", "shipping country"),
            Field::Line1 => plain("shoptag-line1", "shipping address-line1"),
            Field::Line2 => plain("shoptag-line2", "shipping address-line2"),
            Field::Postcode => plain("shoptag-postcode", "shipping postal-code"),
            Field::City => Self {
                enterkeyhint: "done",
                ..plain("shoptag-city", "shipping address-level2")
            },
        }
    }
}

/// The id of a field's control.
pub(crate) fn field_id(field: Field) -> &'static str {
    Kind::of(field).id
}

/// The form.
pub(super) fn form(view: &View<'_>, checkout: &Checkout) -> Markup {
    let text = view.text();
    let editable = checkout.is_editable();
    let fields = |fields: &[Field]| {
        let fields = fields.iter();
        let fields = fields.map(|field| view_field(view, *field, editable));
        element("div.shoptag-fields").children(fields)
    };
    let heading = |words: &str| element("h3.shoptag-heading").text(words);
    let contact = [Field::Email, Field::Name, Field::Phone];
    let address = [
        Field::Country,
        Field::Line1,
        Field::Line2,
        Field::Postcode,
        Field::City,
    ];
    // Enter must not order: the button says what it does, a text field does not.
    let submitted = Callback::from(|event: yew::Event| event.prevent_default());
    element("form.shoptag-form[novalidate]")
        .on(On::Submit, submitted)
        .child(heading(text.contact))
        .child(fields(&contact))
        .child(heading(text.address))
        .child(fields(&address))
}

fn view_field(view: &View<'_>, field: Field, editable: bool) -> Markup {
    let text = view.text();
    let kind = Kind::of(field);
    let label = text.fields.get(field.index()).copied().unwrap_or_default();
    let issue = view.session.form().issue(field);
    let is_invalid = issue.is_some();
    let error_id = is_invalid.then(|| [kind.id, "-error"].concat());
    let optional = field
        .is_optional()
        .then(|| element("span.shoptag-optional").text([" (", text.optional, ")"].concat()));
    let label = element("label.shoptag-label")
        .attribute("for", kind.id)
        .text(label)
        .child(optional);
    let control = control(view, field, &kind, editable)
        .attribute("autocomplete", kind.autocomplete)
        .attribute("aria-invalid", is_invalid.then_some("true"))
        .attribute("aria-describedby", error_id.as_ref());
    let error = issue.map(|issue| {
        element("p.shoptag-error[role=alert]")
            .attribute("id", error_id)
            .text(issue_text(view, field, issue))
    });
    element("div.shoptag-field")
        .class(kind.id)
        .class_if("shoptag-invalid", is_invalid)
        .key(kind.id)
        .child(label)
        .child(control)
        .child(error)
}

/// What is typed into, or chosen from.
fn control(view: &View<'_>, field: Field, kind: &Kind, editable: bool) -> Markup {
    let value = view.session.form().text(field);
    let dispatch = view.dispatch.clone();
    let typed = Callback::from(move |event: yew::Event| {
        let target = event.target();
        let text = target.and_then(|target| dom::get(&target, "value").as_string());
        if let Some(text) = text {
            dispatch.emit(Event::FieldTyped { field, text });
        }
    });
    let left = view.sender(Event::FieldLeft(field));
    if field == Field::Country {
        let shelf = view.session.shelf();
        let countries = shelf.map(|shelf| &shelf.document().policy.countries);
        let options = countries.into_iter().flatten().map(|code| {
            element("option")
                .key(code)
                .attribute("value", code)
                .flag("selected", code == value)
                .text(intl::country(code, &view.words.locale))
        });
        return element("select.shoptag-input[name=country]")
            .attribute("id", kind.id)
            .flag("disabled", !editable)
            .on(On::Change, typed)
            .on(On::Blur, left)
            .children(options);
    }
    let is_required = !field.is_optional();
    element("input.shoptag-input")
        .attribute("id", kind.id)
        .attribute("name", kind.id)
        .attribute("type", kind.kind)
        .attribute("inputmode", kind.inputmode)
        .attribute("enterkeyhint", kind.enterkeyhint)
        .attribute("aria-required", is_required.then_some("true"))
        .flag("readonly", !editable)
        .holds(value, None)
        .on(On::Input, typed)
        .on(On::Blur, left)
}

fn issue_text(view: &View<'_>, field: Field, issue: &Issue) -> String {
    let text = view.text();
    match issue {
        Issue::Missing => text
            .missing
            .get(field.index())
            .copied()
            .unwrap_or_default()
            .to_owned(),
        Issue::EmailShape => text.email_shape.to_owned(),
        Issue::TooLong => fill(text.too_long, &[&decimal(field.length_max() as u64)]),
        Issue::Refused { detail, .. } if !detail.is_empty() => detail.clone(),
        Issue::Refused { .. } => text
            .missing
            .get(field.index())
            .copied()
            .unwrap_or_default()
            .to_owned(),
    }
}
