//! The text fields, in the light DOM: contact and address. Labels above, errors below, each tied to
//! its field.

use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use crate::browser::dom::Element;
use crate::browser::{intl, layer};
use crate::checkout::{Checkout, Field, Issue};
use crate::event::Event;
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

/// The form.
pub(super) fn form(view: &View<'_>, checkout: &Checkout, slot: &Element) -> Html {
    let text = view.text();
    let editable = checkout.is_editable();
    let all = |fields: &'static [Field]| -> Html {
        fields
            .iter()
            .map(|field| view_field(view, *field, editable))
            .collect()
    };
    // Enter must not order: the button says what it does, a text field does not.
    let onsubmit = Callback::from(|event: SubmitEvent| event.prevent_default());
    html! {
        <form class="shoptag-form" novalidate=true {onsubmit}>
            <h3 class="shoptag-heading">{ text.contact }</h3>
            <div class="shoptag-fields">
                { all(&[Field::Email, Field::Name, Field::Phone]) }
            </div>
            <h3 class="shoptag-heading">{ text.address }</h3>
            <div class="shoptag-fields">
                { all(&[Field::Country, Field::Line1, Field::Line2, Field::Postcode, Field::City]) }
            </div>
            <FieldFocus slot={slot.clone()} wanted={checkout.focus.map(|(field, demand)| {
                (Kind::of(field).id, demand)
            })} />
        </form>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct FieldFocusProps {
    slot: Element,
    wanted: Option<(&'static str, u32)>,
}

/// Puts the focus on a field whenever that is demanded anew.
#[function_component]
fn FieldFocus(props: &FieldFocusProps) -> Html {
    let slot = props.slot.clone();
    use_effect_with(props.wanted, move |wanted| {
        if let Some((id, _)) = wanted {
            layer::focus_field(&slot, id);
        }
    });
    Html::default()
}

fn view_field(view: &View<'_>, field: Field, editable: bool) -> Html {
    let text = view.text();
    let kind = Kind::of(field);
    let label = text.fields.get(field.index()).copied().unwrap_or_default();
    let issue = view
        .session
        .form()
        .issue(field)
        .map(|issue| issue_text(view, field, issue));
    let error_id = [kind.id, "-error"].concat();
    let class = classes!(
        "shoptag-field",
        kind.id,
        issue.is_some().then_some("shoptag-invalid"),
    );
    html! {
        <div {class} key={kind.id}>
            <label class="shoptag-label" for={kind.id}>
                { label }
                if field.is_optional() {
                    <span class="shoptag-optional">{ " " }{ "(" }{ text.optional }{ ")" }</span>
                }
            </label>
            { control(view, field, &kind, editable, issue.is_some().then_some(error_id.clone())) }
            if let Some(issue) = issue {
                <p class="shoptag-error" id={error_id} role="alert">{ issue }</p>
            }
        </div>
    }
}

fn control(
    view: &View<'_>,
    field: Field,
    kind: &Kind,
    editable: bool,
    error_id: Option<String>,
) -> Html {
    let onblur = {
        let dispatch = view.dispatch.clone();
        Callback::from(move |_: FocusEvent| dispatch.emit(Event::FieldLeft(field)))
    };
    let typed = {
        let dispatch = view.dispatch.clone();
        move |text: String| dispatch.emit(Event::FieldTyped { field, text })
    };
    let invalid = error_id.is_some().then_some("true");
    let value = view.session.form().text(field).to_owned();
    if field == Field::Country {
        let onchange = Callback::from(move |event: yew::Event| {
            if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
                typed(select.value());
            }
        });
        let countries = view
            .session
            .shelf()
            .map(|shelf| &shelf.document().policy.countries);
        return html! {
            <select class="shoptag-input" id={kind.id} name="country" disabled={!editable}
                autocomplete={kind.autocomplete} aria-invalid={invalid}
                aria-describedby={error_id} {onchange} {onblur}>
                { for countries.into_iter().flatten().map(|code| html! {
                    <option value={code.clone()} selected={*code == value} key={code.clone()}>
                        { intl::country(code, &view.words.locale) }
                    </option>
                }) }
            </select>
        };
    }
    let oninput = Callback::from(move |event: InputEvent| {
        let input = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        if let Some(input) = input {
            typed(input.value());
        }
    });
    html! {
        <input class="shoptag-input" id={kind.id} name={kind.id} type={kind.kind} {value}
            autocomplete={kind.autocomplete} inputmode={kind.inputmode}
            enterkeyhint={kind.enterkeyhint} readonly={!editable}
            aria-required={(!field.is_optional()).then_some("true")}
            aria-invalid={invalid} aria-describedby={error_id} {oninput} {onblur} />
    }
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
        Issue::TooLong => fill(text.too_long, &[&field.length_max().to_string()]),
        Issue::Refused { detail, .. } if !detail.is_empty() => detail.clone(),
        Issue::Refused { .. } => text
            .missing
            .get(field.index())
            .copied()
            .unwrap_or_default()
            .to_owned(),
    }
}
