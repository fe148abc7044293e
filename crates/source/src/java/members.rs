//! The members of a type.

use shindan_base::Span;

use super::Converter;
use super::functions::Modifiers;
use super::grammar::{Field, Kind};
use super::types::copied;
use crate::tree::{Member, MemberKind, Stmt, StmtKind};

impl Converter<'_> {
    /// The members of a class, enumeration or record.
    pub(super) fn class_body(&mut self) -> Vec<Member> {
        self.type_body(false)
    }

    /// The members of an interface, all of which are public; its fields and types are static.
    pub(super) fn interface_body(&mut self) -> Vec<Member> {
        self.type_body(true)
    }

    fn type_body(&mut self, is_interface: bool) -> Vec<Member> {
        let outside = std::mem::take(&mut self.yields);
        let mut members = Vec::new();
        self.children(|this, kind| this.member(kind, is_interface, &mut members));
        self.yields = outside;
        members
    }

    fn member(&mut self, kind: Kind, is_interface: bool, members: &mut Vec<Member>) {
        let span = self.span();
        if !self.depth.enter(span) {
            return;
        }
        match kind {
            Kind::FieldDeclaration | Kind::Constant | Kind::LocalVariable => {
                self.fields(is_interface, members);
            }
            Kind::MethodDeclaration
            | Kind::Constructor
            | Kind::CompactConstructor
            | Kind::AnnotationElement => members.extend(self.method_member(kind, is_interface)),
            Kind::ClassDeclaration
            | Kind::InterfaceDeclaration
            | Kind::EnumDeclaration
            | Kind::RecordDeclaration
            | Kind::AnnotationType => {
                if let Some((class, modifiers)) = self.class(kind, !is_interface) {
                    let is_static = !class.is_inner;
                    members.push(stmt_member(
                        Stmt {
                            kind: StmtKind::Class(Box::new(class)),
                            span,
                        },
                        is_static,
                        is_interface || modifiers.is_public,
                    ));
                }
            }
            Kind::Block => {
                let kind = StmtKind::Block(self.stmts());
                members.push(stmt_member(Stmt { kind, span }, false, false));
            }
            Kind::StaticInitializer => self.children(|this, kind| {
                if kind == Kind::Block {
                    let kind = StmtKind::Block(this.stmts());
                    members.push(stmt_member(Stmt { kind, span }, true, false));
                }
            }),
            // What was recognised in a part that could not be read as a whole.
            Kind::Error => self.children(|this, kind| this.member(kind, is_interface, members)),
            _ => {}
        }
        self.depth.leave();
    }

    /// One field for each variable of a declaration.
    fn fields(&mut self, is_interface: bool, members: &mut Vec<Member>) {
        let (mut modifiers, mut ty) = (Modifiers::default(), None);
        self.children(|this, kind| match (this.field(), kind) {
            (_, Kind::Modifiers) => modifiers = this.modifiers(),
            (Field::Type, _) => ty = this.ty(),
            (Field::Declarator, _) => {
                let span = this.span();
                let (mut bound, mut dimensions, mut value) = (None, 0, None);
                this.children(|this, _| match this.field() {
                    Field::Name => bound = Some(this.sym()),
                    Field::Dimensions => dimensions = this.dimensions(),
                    Field::Value => value = Some(this.isolated()),
                    _ => {}
                });
                let Some(name) = bound else { return };
                members.push(Member {
                    kind: MemberKind::Field {
                        name,
                        value,
                        ty: ty.as_ref().map(|ty| this.array_of(copied(ty), dimensions)),
                        decorators: std::mem::take(&mut modifiers.annotations),
                    },
                    is_public: is_interface || modifiers.is_public,
                    is_static: is_interface || modifiers.is_static,
                    span,
                });
            }
            _ => {}
        });
    }
}

fn stmt_member(stmt: Stmt, is_static: bool, is_public: bool) -> Member {
    let span: Span = stmt.span;
    Member {
        kind: MemberKind::Stmt(stmt),
        is_public,
        is_static,
        span,
    }
}
