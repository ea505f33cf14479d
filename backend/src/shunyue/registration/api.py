"""What other domains may know of registration."""

from shunyue.registration.commands import save_draft_field, submit
from shunyue.registration.defaults import add_default_forms
from shunyue.registration.errors import (
    AlreadyRegistered,
    FieldNotFound,
    RegistrationIncomplete,
    ValueTooLong,
)
from shunyue.registration.queries import draft_of, form_by_id, form_of_order, registration_of
from shunyue.registration.records import Form, FormField, Registration
from shunyue.registration.schemas import (
    DraftFieldView,
    RegistrationView,
    SaveDraftField,
    SubmitRegistration,
    form_view,
)

__all__ = [
    "AlreadyRegistered",
    "DraftFieldView",
    "FieldNotFound",
    "Form",
    "FormField",
    "Registration",
    "RegistrationIncomplete",
    "RegistrationView",
    "SaveDraftField",
    "SubmitRegistration",
    "ValueTooLong",
    "add_default_forms",
    "draft_of",
    "form_by_id",
    "form_of_order",
    "form_view",
    "registration_of",
    "save_draft_field",
    "submit",
]
