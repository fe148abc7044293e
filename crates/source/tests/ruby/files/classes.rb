class A < B::C
  include M, N
  extend H
  LIMIT = 5
  @count = 0
  @@all = []
  attr_reader :a, "b"
  attr_writer :c
  attr_accessor :d
  cattr_accessor :e
  before_action :check, only: [:show]
  validates :name, format: { with: /\A\w+\z/ }

  def initialize(a)
    super(a)
    @a = a
  end

  def show
    super
  end

  def name=(value)
    @name = value
  end

  def ==(other) = other.a == a
  def [](i) = @a[i]

  def self.make(...) = new(...)
  def A.other; end

  class << self
    def opened; end
    private
    def hidden; end
  end

  alias shown show
  alias_method :display, :show
  define_method(:built) { |x| return x }
  public def visible; end

  private

  def secret; end
  public
  def open; end
  def late; end
  private :late
  private attr_reader :quiet
  class Inner::Deep; end
end
module M
  extend self
  def helper; end
end
module N
  module_function
  def helper; end
end
module Concern
  included do
    before_action :x
    def included_method; end
  end
  class_methods do
    def for_class; end
  end
end
Point = Struct.new(:x, :y) do
  def sum = x + y
end
Failure = Class.new(StandardError)
Pair = Data.define(:left, :right)
class ::Top; end
class << obj
  def single; end
end
