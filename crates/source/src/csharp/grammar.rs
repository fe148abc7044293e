//! The grammar's kinds of node and field by number, looked up once, so that the walk compares no texts.

use std::num::NonZeroU16;
use std::sync::LazyLock;

use tree_sitter::Language;

/// What the walk needs to know of the grammar.
pub(super) struct Grammar {
    pub(super) language: Language,
    kinds: Vec<Kind>,
    fields: Vec<Field>,
}

impl Grammar {
    pub(super) fn get() -> &'static Self {
        static GRAMMAR: LazyLock<Grammar> = LazyLock::new(Grammar::new);
        &GRAMMAR
    }

    fn new() -> Self {
        let language = Language::new(tree_sitter_c_sharp::LANGUAGE);
        let kinds = (0..language.node_kind_count() as u16)
            .map(|id| {
                let name = language.node_kind_for_id(id).unwrap_or("");
                if language.node_kind_is_named(id) {
                    Kind::of_node(name).unwrap_or(Kind::Other)
                } else {
                    Kind::of_token(name)
                }
            })
            .collect();
        // Fields are numbered from 1.
        let fields = (0..=language.field_count() as u16)
            .map(|id| Field::of(language.field_name_for_id(id).unwrap_or("")))
            .collect();
        Self {
            language,
            kinds,
            fields,
        }
    }

    /// Of a node's number; that of error nodes is beyond the table.
    pub(super) fn kind(&self, id: u16) -> Kind {
        self.kinds
            .get(usize::from(id))
            .copied()
            .unwrap_or(Kind::Error)
    }

    pub(super) fn field(&self, id: Option<NonZeroU16>) -> Field {
        id.and_then(|id| self.fields.get(usize::from(id.get())))
            .copied()
            .unwrap_or(Field::None)
    }
}

macro_rules! kinds {
    ($($group:ident { $($kind:ident $name:literal)* })*) => {
        /// The kinds of node that the walk tells apart.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Kind {
            /// A part that could not be read.
            Error,
            /// A node that is of no interest by itself.
            Other,
            /// A word or sign that tells constructs apart.
            Token,
            /// A sign that says nothing that its place does not say.
            Skipped,
            This,
            Base,
            $($($kind,)*)*
        }

        impl Kind {
            fn of_node(name: &str) -> Option<Self> {
                match name {
                    $($($name => Some(Self::$kind),)*)*
                    _ => None,
                }
            }

            fn group(self) -> Group {
                match self {
                    $($(Self::$kind)|* => Group::$group,)*
                    Self::This | Self::Base => Group::Expression,
                    Self::Error | Self::Other | Self::Token | Self::Skipped => Group::None,
                }
            }
        }

        #[derive(Clone, Copy, PartialEq, Eq)]
        enum Group {
            None,
            $($group,)*
        }
    };
}

kinds! {
    // What an expression, a type and a pattern may be.
    Name {
        Identifier "identifier"
        GenericName "generic_name"
        QualifiedName "qualified_name"
        AliasQualifiedName "alias_qualified_name"
        PredefinedType "predefined_type"
    }
    Expression {
        AnonymousMethod "anonymous_method_expression"
        AnonymousObject "anonymous_object_creation_expression"
        ArrayCreation "array_creation_expression"
        AsExpression "as_expression"
        Assignment "assignment_expression"
        Await "await_expression"
        Binary "binary_expression"
        BooleanLiteral "boolean_literal"
        Cast "cast_expression"
        CharacterLiteral "character_literal"
        Checked "checked_expression"
        CollectionExpression "collection_expression"
        ConditionalAccess "conditional_access_expression"
        Conditional "conditional_expression"
        DeclarationExpression "declaration_expression"
        DefaultExpression "default_expression"
        ElementAccess "element_access_expression"
        ElementBinding "element_binding_expression"
        ImplicitArrayCreation "implicit_array_creation_expression"
        ImplicitObjectCreation "implicit_object_creation_expression"
        ImplicitStackalloc "implicit_stackalloc_expression"
        InitializerExpression "initializer_expression"
        IntegerLiteral "integer_literal"
        InterpolatedString "interpolated_string_expression"
        Invocation "invocation_expression"
        IsExpression "is_expression"
        IsPattern "is_pattern_expression"
        Lambda "lambda_expression"
        Makeref "makeref_expression"
        MemberAccess "member_access_expression"
        NullLiteral "null_literal"
        ObjectCreation "object_creation_expression"
        Parenthesized "parenthesized_expression"
        PostfixUnary "postfix_unary_expression"
        PrefixUnary "prefix_unary_expression"
        Query "query_expression"
        Range "range_expression"
        RawStringLiteral "raw_string_literal"
        RealLiteral "real_literal"
        RefExpression "ref_expression"
        Reftype "reftype_expression"
        Refvalue "refvalue_expression"
        Sizeof "sizeof_expression"
        Stackalloc "stackalloc_expression"
        StringLiteral "string_literal"
        SwitchExpression "switch_expression"
        ThrowExpression "throw_expression"
        TupleExpression "tuple_expression"
        Typeof "typeof_expression"
        VerbatimStringLiteral "verbatim_string_literal"
        With "with_expression"
    }
    Type {
        ArrayType "array_type"
        FunctionPointerType "function_pointer_type"
        ImplicitType "implicit_type"
        NullableType "nullable_type"
        PointerType "pointer_type"
        RefType "ref_type"
        ScopedType "scoped_type"
        TupleType "tuple_type"
    }
    Statement {
        Block "block"
        Break "break_statement"
        CheckedStatement "checked_statement"
        Continue "continue_statement"
        Do "do_statement"
        Empty "empty_statement"
        ExpressionStatement "expression_statement"
        Fixed "fixed_statement"
        For "for_statement"
        Foreach "foreach_statement"
        GlobalStatement "global_statement"
        Goto "goto_statement"
        If "if_statement"
        Labeled "labeled_statement"
        LocalDeclaration "local_declaration_statement"
        LocalFunction "local_function_statement"
        Lock "lock_statement"
        Return "return_statement"
        Switch "switch_statement"
        Throw "throw_statement"
        Try "try_statement"
        Unsafe "unsafe_statement"
        Using "using_statement"
        While "while_statement"
        Yield "yield_statement"
    }
    Declaration {
        ClassDeclaration "class_declaration"
        Constructor "constructor_declaration"
        ConversionOperator "conversion_operator_declaration"
        DelegateDeclaration "delegate_declaration"
        Destructor "destructor_declaration"
        EnumDeclaration "enum_declaration"
        Event "event_declaration"
        EventField "event_field_declaration"
        FieldDeclaration "field_declaration"
        FileNamespace "file_scoped_namespace_declaration"
        GlobalAttribute "global_attribute"
        Indexer "indexer_declaration"
        InterfaceDeclaration "interface_declaration"
        Method "method_declaration"
        Namespace "namespace_declaration"
        Operator "operator_declaration"
        Property "property_declaration"
        RecordDeclaration "record_declaration"
        StructDeclaration "struct_declaration"
        UsingDirective "using_directive"
    }
    Pattern {
        AndPattern "and_pattern"
        ConstantPattern "constant_pattern"
        DeclarationPattern "declaration_pattern"
        Discard "discard"
        ListPattern "list_pattern"
        NegatedPattern "negated_pattern"
        OrPattern "or_pattern"
        ParenthesizedPattern "parenthesized_pattern"
        RecursivePattern "recursive_pattern"
        RelationalPattern "relational_pattern"
        TypePattern "type_pattern"
        VarPattern "var_pattern"
    }
    Part {
        Accessor "accessor_declaration"
        AccessorList "accessor_list"
        Argument "argument"
        ArgumentList "argument_list"
        ArrayRank "array_rank_specifier"
        Arrow "arrow_expression_clause"
        Attribute "attribute"
        AttributeArgument "attribute_argument"
        AttributeArgumentList "attribute_argument_list"
        AttributeList "attribute_list"
        AttributeTarget "attribute_target_specifier"
        BaseList "base_list"
        BracketedArguments "bracketed_argument_list"
        BracketedParameters "bracketed_parameter_list"
        CatchClause "catch_clause"
        CatchDeclaration "catch_declaration"
        CatchFilter "catch_filter_clause"
        CollectionElement "collection_element"
        CompilationUnit "compilation_unit"
        ConstructorInitializer "constructor_initializer"
        DeclarationList "declaration_list"
        EnumMember "enum_member_declaration"
        EnumMemberList "enum_member_declaration_list"
        EscapeSequence "escape_sequence"
        ExplicitInterface "explicit_interface_specifier"
        ExpressionElement "expression_element"
        Finally "finally_clause"
        FromClause "from_clause"
        GroupClause "group_clause"
        ImplicitParameter "implicit_parameter"
        Interpolation "interpolation"
        InterpolationQuote "interpolation_quote"
        InterpolationStart "interpolation_start"
        JoinClause "join_clause"
        JoinInto "join_into_clause"
        LetClause "let_clause"
        MemberBinding "member_binding_expression"
        Modifier "modifier"
        OrderByClause "order_by_clause"
        Parameter "parameter"
        ParameterList "parameter_list"
        ParenthesizedDesignation "parenthesized_variable_designation"
        PositionalPatterns "positional_pattern_clause"
        PreprocElif "preproc_elif"
        PreprocElse "preproc_else"
        PreprocIf "preproc_if"
        PreprocIfInAttributes "preproc_if_in_attribute_list"
        PrimaryBase "primary_constructor_base_type"
        PropertyPatterns "property_pattern_clause"
        SelectClause "select_clause"
        SpreadElement "spread_element"
        StringContent "string_content"
        Subpattern "subpattern"
        SwitchArm "switch_expression_arm"
        SwitchBody "switch_body"
        SwitchSection "switch_section"
        TupleElement "tuple_element"
        TuplePattern "tuple_pattern"
        TypeArguments "type_argument_list"
        TypeConstraints "type_parameter_constraints_clause"
        TypeParameters "type_parameter_list"
        VariableDeclaration "variable_declaration"
        VariableDeclarator "variable_declarator"
        WhenClause "when_clause"
        WhereClause "where_clause"
        WithInitializer "with_initializer"
    }
    Extra {
        Comment "comment"
        PreprocRegion "preproc_region"
        PreprocEndregion "preproc_endregion"
        PreprocLine "preproc_line"
        PreprocPragma "preproc_pragma"
        PreprocNullable "preproc_nullable"
        PreprocError "preproc_error"
        PreprocWarning "preproc_warning"
        PreprocDefine "preproc_define"
        PreprocUndef "preproc_undef"
        Shebang "shebang_directive"
    }
}

impl Kind {
    /// Words and signs that say something by being there; those in a field are always kept.
    fn of_token(name: &str) -> Self {
        match name {
            "this" => Self::This,
            "base" => Self::Base,
            "=" | "ref" | "out" | "in" | "params" | "static" | "global" | "await" | "using"
            | "default" | "case" | "break" | "implicit" | "explicit" | "descending" | "..."
            | ".." | "++" | "--" | "+" | "-" | "!" | "~" | "&" | "^" | "*" | "<" | "<=" | ">"
            | ">=" | "get" | "set" | "init" | "add" | "remove" | "async" => Self::Token,
            _ => Self::Skipped,
        }
    }

    /// Whether a node of this kind is read from its text alone.
    pub(super) fn is_leaf(self) -> bool {
        matches!(
            self,
            Self::BooleanLiteral
                | Self::CharacterLiteral
                | Self::Discard
                | Self::EscapeSequence
                | Self::Identifier
                | Self::ImplicitParameter
                | Self::ImplicitType
                | Self::IntegerLiteral
                | Self::InterpolationQuote
                | Self::InterpolationStart
                | Self::Modifier
                | Self::NullLiteral
                | Self::PredefinedType
                | Self::RawStringLiteral
                | Self::RealLiteral
                | Self::StringContent
                | Self::StringLiteral
                | Self::Token
                | Self::This
                | Self::Base
                | Self::TypeConstraints
                | Self::TypeParameters
                | Self::VerbatimStringLiteral
        )
    }

    pub(super) fn is_extra(self) -> bool {
        self.group() == Group::Extra
    }

    pub(super) fn is_expression(self) -> bool {
        matches!(self.group(), Group::Name | Group::Expression) || self == Self::PreprocIf
    }

    pub(super) fn is_type(self) -> bool {
        matches!(self.group(), Group::Name | Group::Type)
    }

    pub(super) fn is_statement(self) -> bool {
        self.group() == Group::Statement || self == Self::PreprocIf
    }

    pub(super) fn is_declaration(self) -> bool {
        self.group() == Group::Declaration || self == Self::PreprocIf
    }

    pub(super) fn is_pattern(self) -> bool {
        self.group() == Group::Pattern
    }
}

macro_rules! fields {
    ($($field:ident $name:literal)*) => {
        /// The fields that the walk tells apart.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Field {
            None,
            $($field,)*
        }

        impl Field {
            fn of(name: &str) -> Self {
                match name {
                    $($name => Self::$field,)*
                    _ => Self::None,
                }
            }
        }
    };
}

fields! {
    Accessors "accessors"
    Alias "alias"
    Alternative "alternative"
    Arguments "arguments"
    Body "body"
    Condition "condition"
    Consequence "consequence"
    Expression "expression"
    Function "function"
    Initializer "initializer"
    Left "left"
    Name "name"
    Operator "operator"
    Parameters "parameters"
    Pattern "pattern"
    Qualifier "qualifier"
    Rank "rank"
    Returns "returns"
    Right "right"
    Subscript "subscript"
    Type "type"
    Update "update"
    Value "value"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_field_is_one_of_the_grammar() {
        let grammar = Grammar::get();
        for kind in [
            Kind::Identifier,
            Kind::PreprocIfInAttributes,
            Kind::MemberBinding,
            Kind::WithInitializer,
            Kind::TupleElement,
            Kind::Shebang,
        ] {
            assert!(grammar.kinds.contains(&kind), "{kind:?}");
        }
        for field in [Field::Accessors, Field::Value, Field::Update] {
            assert!(grammar.fields.contains(&field), "{field:?}");
        }
        assert_eq!(grammar.kind(u16::MAX), Kind::Error);
    }
}
