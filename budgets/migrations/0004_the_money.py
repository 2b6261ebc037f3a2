
import budgets.models.upload
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.math
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from frameworks.migration_batches import in_batches


class Migration(migrations.Migration):

    dependencies = [
        ('budgets', '0003_expenditure'),
        ('frameworks', '0003_rounds_places_mail'),
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = in_batches([
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField(verbose_name='version')),
                ('side', models.CharField(choices=[('government', 'Government'), ('cso', 'Civil society')], max_length=12, verbose_name='side')),
                ('statement', models.TextField(blank=True, verbose_name='statement')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'agreement',
                'ordering': ['annual_plan', 'version', 'at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='AnnualPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('agreed', 'Agreed by the working group'), ('submitted', 'Submitted to the steering committee'), ('approved', 'Approved'), ('approved_changed', 'Approved with changes'), ('returned', 'Returned'), ('revised', 'Being revised')], default='draft', max_length=16, verbose_name='state')),
                ('version', models.PositiveSmallIntegerField(default=1, verbose_name='version')),
                ('priorities', models.TextField(blank=True, verbose_name='priorities of the year')),
                ('return_note', models.TextField(blank=True, verbose_name='why it was returned')),
                ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='submitted')),
                ('pillar', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='annual_plans', to='frameworks.pillar')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='annual_plans', to='frameworks.plan')),
            ],
            options={
                'verbose_name': 'annual plan',
                'verbose_name_plural': 'annual plans',
                'ordering': ['plan', 'year', 'pillar__order'],
            },
        ),
        migrations.CreateModel(
            name='AgreementEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('version', models.PositiveSmallIntegerField(verbose_name='version')),
                ('side', models.CharField(choices=[('government', 'Government'), ('cso', 'Civil society')], max_length=12, verbose_name='side')),
                ('statement', models.TextField(blank=True, verbose_name='statement')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='budgets.agreement')),
                ('annual_plan', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='budgets.annualplan')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='agreement',
            name='annual_plan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='agreements', to='budgets.annualplan'),
        ),
        migrations.CreateModel(
            name='AnnualPlanEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('agreed', 'Agreed by the working group'), ('submitted', 'Submitted to the steering committee'), ('approved', 'Approved'), ('approved_changed', 'Approved with changes'), ('returned', 'Returned'), ('revised', 'Being revised')], default='draft', max_length=16, verbose_name='state')),
                ('version', models.PositiveSmallIntegerField(default=1, verbose_name='version')),
                ('priorities', models.TextField(blank=True, verbose_name='priorities of the year')),
                ('return_note', models.TextField(blank=True, verbose_name='why it was returned')),
                ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='submitted')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='budgets.annualplan')),
                ('pillar', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='frameworks.pillar')),
                ('plan', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='frameworks.plan')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='AnnualPlanLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField(verbose_name='version')),
                ('asked', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='asked')),
                ('decided', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='decided')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('is_left_out', models.BooleanField(default=False, verbose_name='left out')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('annual_plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='budgets.annualplan')),
            ],
            options={
                'verbose_name': 'line of an annual plan',
                'ordering': ['annual_plan', 'version', 'budget_line'],
            },
        ),
        migrations.CreateModel(
            name='BudgetLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(blank=True, help_text="The number of the line in the institution's own budget.", max_length=60, verbose_name='reference')),
                ('description', models.CharField(blank=True, max_length=300, verbose_name='description')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('drafted', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='proposed')),
                ('proposed', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='proposed, as handed in')),
                ('approved', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='approved')),
                ('released', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='released')),
                ('spent', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='spent')),
                ('gender_tag', models.CharField(blank=True, choices=[('principal', 'Gender equality is the main aim'), ('significant', 'Gender equality is one of the aims'), ('not_targeted', 'Not for gender equality')], help_text='Empty: not assessed.', max_length=12, verbose_name='gender budget')),
                ('activity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='budget_lines', to='frameworks.activity')),
            ],
            options={
                'verbose_name': 'budget line',
                'verbose_name_plural': 'budget lines',
                'ordering': ['operational_plan', 'activity__sort_key', 'funding_source', 'reference', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='AnnualPlanLineEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('version', models.PositiveSmallIntegerField(verbose_name='version')),
                ('asked', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='asked')),
                ('decided', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='decided')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('is_left_out', models.BooleanField(default=False, verbose_name='left out')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('annual_plan', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='budgets.annualplan')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='budgets.annualplanline')),
                ('budget_line', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='budgets.budgetline')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='annualplanline',
            name='budget_line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='annual_plan_lines', to='budgets.budgetline'),
        ),
        migrations.CreateModel(
            name='BudgetRules',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('minimum_gender_share', models.DecimalField(decimal_places=2, default=Decimal('5'), max_digits=5, verbose_name='minimum share of the gender budget (%)')),
                ('absorbed_from', models.DecimalField(decimal_places=2, default=Decimal('90'), max_digits=5, verbose_name='absorbed from (%)')),
                ('plan', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='budget_rules', to='frameworks.plan')),
            ],
            options={
                'verbose_name': 'budget rules',
            },
        ),
        migrations.CreateModel(
            name='BudgetRulesEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('minimum_gender_share', models.DecimalField(decimal_places=2, default=Decimal('5'), max_digits=5, verbose_name='minimum share of the gender budget (%)')),
                ('absorbed_from', models.DecimalField(decimal_places=2, default=Decimal('90'), max_digits=5, verbose_name='absorbed from (%)')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='budgets.budgetrules')),
                ('plan', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='frameworks.plan')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='BudgetUpload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('file', models.FileField(upload_to=budgets.models.upload.upload_path)),
                ('file_name', models.CharField(max_length=255)),
                ('sha256', models.CharField(max_length=64)),
                ('uploaded_at', models.DateTimeField(verbose_name='uploaded')),
                ('applied_at', models.DateTimeField(blank=True, null=True, verbose_name='saved')),
                ('summary', models.JSONField(blank=True, default=dict)),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='budget_uploads', to='frameworks.institution')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='budget_uploads', to='frameworks.plan')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'uploaded budget workbook',
                'ordering': ['-uploaded_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='BudgetUploadEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('file', models.FileField(upload_to=budgets.models.upload.upload_path)),
                ('file_name', models.CharField(max_length=255)),
                ('sha256', models.CharField(max_length=64)),
                ('uploaded_at', models.DateTimeField(verbose_name='uploaded')),
                ('applied_at', models.DateTimeField(blank=True, null=True, verbose_name='saved')),
                ('summary', models.JSONField(blank=True, default=dict)),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='frameworks.institution')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='budgets.budgetupload')),
                ('plan', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='frameworks.plan')),
                ('uploaded_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='BudgetYear',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='budget_years', to='frameworks.plan')),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'budget year',
                'ordering': ['plan', 'year'],
            },
        ),
        migrations.CreateModel(
            name='BudgetYearEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='budgets.budgetyear')),
                ('plan', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='frameworks.plan')),
                ('published_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField(verbose_name='version')),
                ('outcome', models.CharField(choices=[('approved', 'Approved'), ('approved_changed', 'Approved with changes'), ('returned', 'Returned')], max_length=16, verbose_name='decision')),
                ('decided_on', models.DateField(verbose_name='decided on')),
                ('reference', models.CharField(help_text='Of the minutes or the resolution.', max_length=120, verbose_name='reference')),
                ('decided_by', models.CharField(help_text='The meeting, and who chaired it.', max_length=300, verbose_name='who decided')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                ('annual_plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='budgets.annualplan')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'decision of the steering committee',
                'ordering': ['annual_plan', 'version'],
            },
        ),
        migrations.CreateModel(
            name='DecisionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('version', models.PositiveSmallIntegerField(verbose_name='version')),
                ('outcome', models.CharField(choices=[('approved', 'Approved'), ('approved_changed', 'Approved with changes'), ('returned', 'Returned')], max_length=16, verbose_name='decision')),
                ('decided_on', models.DateField(verbose_name='decided on')),
                ('reference', models.CharField(help_text='Of the minutes or the resolution.', max_length=120, verbose_name='reference')),
                ('decided_by', models.CharField(help_text='The meeting, and who chaired it.', max_length=300, verbose_name='who decided')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                ('annual_plan', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='budgets.annualplan')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='budgets.decision')),
                ('recorded_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ExchangeRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('to_currency', models.CharField(max_length=3, verbose_name='in')),
                ('rate', models.DecimalField(decimal_places=8, max_digits=18, verbose_name='rate')),
                ('valid_on', models.DateField(verbose_name='from')),
                ('source', models.CharField(max_length=200, verbose_name='where it is from')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='exchange_rates', to='frameworks.plan')),
            ],
            options={
                'verbose_name': 'exchange rate',
                'verbose_name_plural': 'exchange rates',
                'ordering': ['plan', 'currency', '-valid_on'],
            },
        ),
        migrations.CreateModel(
            name='ExchangeRateEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('to_currency', models.CharField(max_length=3, verbose_name='in')),
                ('rate', models.DecimalField(decimal_places=8, max_digits=18, verbose_name='rate')),
                ('valid_on', models.DateField(verbose_name='from')),
                ('source', models.CharField(max_length=200, verbose_name='where it is from')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='budgets.exchangerate')),
                ('plan', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='frameworks.plan')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='FundingSource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, validators=[django.core.validators.RegexValidator('^[0-9A-Za-zÀ-ɏ][0-9A-Za-zÀ-ɏ._-]*$', 'A code holds letters, digits, dots, hyphens and underscores, and starts with a letter or a digit.')], verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('kind', models.CharField(choices=[('state', 'State budget'), ('partner', 'Development partner'), ('cso', 'Civil society'), ('fund', 'Fund'), ('other', 'Other')], max_length=10, verbose_name='kind')),
                ('on_budget', models.BooleanField(blank=True, null=True, verbose_name='on budget')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('retired_on', models.DateField(blank=True, null=True, verbose_name='retired on')),
                ('institution', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='funding_sources', to='frameworks.institution', verbose_name='institution that pays')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='funding_sources', to='frameworks.plan')),
            ],
            options={
                'verbose_name': 'funding source',
                'verbose_name_plural': 'funding sources',
                'ordering': ['plan', 'code'],
            },
        ),
        migrations.CreateModel(
            name='CostItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('description', models.CharField(max_length=300, verbose_name='what is paid for')),
                ('unit', models.CharField(blank=True, max_length=60, verbose_name='unit')),
                ('quantity', models.DecimalField(decimal_places=2, max_digits=10, verbose_name='quantity')),
                ('unit_cost', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='unit cost')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('amount', models.GeneratedField(db_persist=True, expression=django.db.models.functions.math.Round(django.db.models.expressions.CombinedExpression(models.F('quantity'), '*', models.F('unit_cost')), 2), output_field=models.DecimalField(decimal_places=2, max_digits=26))),
                ('funding_source', models.ForeignKey(blank=True, help_text='Empty: not found yet.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cost_items', to='budgets.fundingsource', verbose_name='funding source')),
            ],
            options={
                'verbose_name': 'cost line',
                'verbose_name_plural': 'cost lines',
                'ordering': ['action', 'order', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='budgetline',
            name='funding_source',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='budget_lines', to='budgets.fundingsource', verbose_name='funding source'),
        ),
        migrations.CreateModel(
            name='FundingSourceEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('code', models.CharField(max_length=40, validators=[django.core.validators.RegexValidator('^[0-9A-Za-zÀ-ɏ][0-9A-Za-zÀ-ɏ._-]*$', 'A code holds letters, digits, dots, hyphens and underscores, and starts with a letter or a digit.')], verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('kind', models.CharField(choices=[('state', 'State budget'), ('partner', 'Development partner'), ('cso', 'Civil society'), ('fund', 'Fund'), ('other', 'Other')], max_length=10, verbose_name='kind')),
                ('on_budget', models.BooleanField(blank=True, null=True, verbose_name='on budget')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('retired_on', models.DateField(blank=True, null=True, verbose_name='retired on')),
                ('institution', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='frameworks.institution', verbose_name='institution that pays')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='budgets.fundingsource')),
                ('plan', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='frameworks.plan')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='InstitutionBudget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('total', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='total budget')),
                ('gender', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='gender budget')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('source', models.CharField(blank=True, help_text='For example: State Budget 2025, book 4.', max_length=300, verbose_name='where the figures are from')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='institution_budgets', to='frameworks.institution')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='institution_budgets', to='frameworks.plan')),
            ],
            options={
                'verbose_name': 'budget of an institution',
                'verbose_name_plural': 'budgets of institutions',
                'ordering': ['plan', 'year', 'institution'],
            },
        ),
        migrations.CreateModel(
            name='InstitutionBudgetEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('total', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='total budget')),
                ('gender', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='gender budget')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('source', models.CharField(blank=True, help_text='For example: State Budget 2025, book 4.', max_length=300, verbose_name='where the figures are from')),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='frameworks.institution')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='budgets.institutionbudget')),
                ('plan', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='frameworks.plan')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OperationalAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('title', models.TextField(verbose_name='action')),
                ('unit_responsible', models.CharField(blank=True, max_length=200, verbose_name='unit responsible')),
                ('months', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None, verbose_name='months')),
                ('inputs', models.TextField(blank=True, help_text='People, material, premises …', verbose_name='inputs')),
                ('activity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='operational_actions', to='frameworks.activity')),
            ],
            options={
                'verbose_name': 'action',
                'verbose_name_plural': 'actions',
                'ordering': ['operational_plan', 'activity__sort_key', 'order', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='CostItemEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('order', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('description', models.CharField(max_length=300, verbose_name='what is paid for')),
                ('unit', models.CharField(blank=True, max_length=60, verbose_name='unit')),
                ('quantity', models.DecimalField(decimal_places=2, max_digits=10, verbose_name='quantity')),
                ('unit_cost', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='unit cost')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='budgets.costitem')),
                ('funding_source', models.ForeignKey(blank=True, db_constraint=False, help_text='Empty: not found yet.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='budgets.fundingsource', verbose_name='funding source')),
                ('action', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='budgets.operationalaction')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='costitem',
            name='action',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cost_items', to='budgets.operationalaction'),
        ),
        migrations.CreateModel(
            name='OperationalPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Handed in'), ('returned', 'Returned')], default='draft', max_length=10, verbose_name='state')),
                ('note', models.TextField(blank=True, verbose_name='what the working group should know')),
                ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='handed in')),
                ('return_note', models.TextField(blank=True, verbose_name='why it was returned')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='operational_plans', to='frameworks.institution')),
                ('pillar', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='operational_plans', to='frameworks.pillar')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='operational_plans', to='frameworks.plan')),
                ('submitted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'operational plan',
                'verbose_name_plural': 'operational plans',
                'ordering': ['plan', 'year', 'pillar', 'institution'],
            },
        ),
        migrations.CreateModel(
            name='OperationalActionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('order', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('title', models.TextField(verbose_name='action')),
                ('unit_responsible', models.CharField(blank=True, max_length=200, verbose_name='unit responsible')),
                ('months', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None, verbose_name='months')),
                ('inputs', models.TextField(blank=True, help_text='People, material, premises …', verbose_name='inputs')),
                ('activity', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='frameworks.activity')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='budgets.operationalaction')),
                ('operational_plan', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='budgets.operationalplan')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='operationalaction',
            name='operational_plan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='actions', to='budgets.operationalplan'),
        ),
        migrations.CreateModel(
            name='BudgetLineEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('reference', models.CharField(blank=True, help_text="The number of the line in the institution's own budget.", max_length=60, verbose_name='reference')),
                ('description', models.CharField(blank=True, max_length=300, verbose_name='description')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('drafted', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='proposed')),
                ('proposed', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='proposed, as handed in')),
                ('approved', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='approved')),
                ('released', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='released')),
                ('spent', models.DecimalField(blank=True, decimal_places=2, max_digits=18, null=True, verbose_name='spent')),
                ('gender_tag', models.CharField(blank=True, choices=[('principal', 'Gender equality is the main aim'), ('significant', 'Gender equality is one of the aims'), ('not_targeted', 'Not for gender equality')], help_text='Empty: not assessed.', max_length=12, verbose_name='gender budget')),
                ('activity', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='frameworks.activity')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='budgets.budgetline')),
                ('funding_source', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='budgets.fundingsource', verbose_name='funding source')),
                ('operational_plan', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='budgets.operationalplan')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='budgetline',
            name='operational_plan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='budgets.operationalplan'),
        ),
        migrations.CreateModel(
            name='OperationalPlanEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Handed in'), ('returned', 'Returned')], default='draft', max_length=10, verbose_name='state')),
                ('note', models.TextField(blank=True, verbose_name='what the working group should know')),
                ('submitted_at', models.DateTimeField(blank=True, null=True, verbose_name='handed in')),
                ('return_note', models.TextField(blank=True, verbose_name='why it was returned')),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='frameworks.institution')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='budgets.operationalplan')),
                ('pillar', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='frameworks.pillar')),
                ('plan', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='frameworks.plan')),
                ('submitted_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OutputCosting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='estimate')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('assumptions', models.TextField(blank=True, verbose_name='assumptions')),
                ('is_illustrative', models.BooleanField(default=False, verbose_name='illustrative')),
                ('output', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='costings', to='frameworks.output')),
            ],
            options={
                'verbose_name': 'rough costing',
                'verbose_name_plural': 'rough costings',
                'ordering': ['output', 'year'],
            },
        ),
        migrations.CreateModel(
            name='OutputCostingEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=18, verbose_name='estimate')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('assumptions', models.TextField(blank=True, verbose_name='assumptions')),
                ('is_illustrative', models.BooleanField(default=False, verbose_name='illustrative')),
                ('output', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='frameworks.output')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='budgets.outputcosting')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='annualplan',
            constraint=models.UniqueConstraint(fields=('pillar', 'year'), name='annual_plan_once', violation_error_message='There is already an annual plan for that year.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='annualplan',
            trigger=pgtrigger.compiler.Trigger(name='annual_plan_plan', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NEW.pillar_id IS NOT NULL\n               AND NEW.plan_id IS DISTINCT FROM (SELECT plan_id FROM frameworks_pillar WHERE id = NEW.pillar_id)\n            THEN\n                RAISE EXCEPTION 'The plan of this row is not the plan of its pillar_id'\n                    USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='6ae5ebadc1b1e2a224a05e3b0ccd2d64db98d206', operation='INSERT OR UPDATE', pgid='pgtrigger_annual_plan_plan_e0d90', table='budgets_annualplan', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='annualplan',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_annualplanevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pillar_id", "plan_id", "priorities", "return_note", "state", "submitted_at", "version", "year") VALUES (NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."pillar_id", NEW."plan_id", NEW."priorities", NEW."return_note", NEW."state", NEW."submitted_at", NEW."version", NEW."year"); RETURN NULL;', hash='c00fbede131f427db9c8395943f3195bd243268b', operation='INSERT', pgid='pgtrigger_insert_insert_c08a5', table='budgets_annualplan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='annualplan',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "budgets_annualplanevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pillar_id", "plan_id", "priorities", "return_note", "state", "submitted_at", "version", "year") VALUES (NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."pillar_id", NEW."plan_id", NEW."priorities", NEW."return_note", NEW."state", NEW."submitted_at", NEW."version", NEW."year"); RETURN NULL;', hash='78c1aa1d2169705a0ea6065c12d5c0e911359b30', operation='UPDATE', pgid='pgtrigger_update_update_cf548', table='budgets_annualplan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='annualplan',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_annualplanevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pillar_id", "plan_id", "priorities", "return_note", "state", "submitted_at", "version", "year") VALUES (OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."pillar_id", OLD."plan_id", OLD."priorities", OLD."return_note", OLD."state", OLD."submitted_at", OLD."version", OLD."year"); RETURN NULL;', hash='da6e5107cadde2138c1d1048e949e3dd8e37cdcb', operation='DELETE', pgid='pgtrigger_delete_delete_ff736', table='budgets_annualplan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='agreementevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b80d53ecc02dd64a31666e34a75acdd56223a1f8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0499d', table='budgets_agreementevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.UniqueConstraint(fields=('annual_plan', 'version', 'side'), name='agreement_once', violation_error_message='This side has already agreed.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='agreement',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_agreementevent" ("annual_plan_id", "at", "by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "side", "statement", "version") VALUES (NEW."annual_plan_id", NEW."at", NEW."by_id", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."side", NEW."statement", NEW."version"); RETURN NULL;', hash='fff7e6660c4042b161417e93d7379f026e4e9cfb', operation='INSERT', pgid='pgtrigger_insert_insert_d1bf5', table='budgets_agreement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='agreement',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "budgets_agreementevent" ("annual_plan_id", "at", "by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "side", "statement", "version") VALUES (NEW."annual_plan_id", NEW."at", NEW."by_id", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."side", NEW."statement", NEW."version"); RETURN NULL;', hash='8e3be573c0c32345dd54dba95e8e5172b5025da5', operation='UPDATE', pgid='pgtrigger_update_update_1e949', table='budgets_agreement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='agreement',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_agreementevent" ("annual_plan_id", "at", "by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "side", "statement", "version") VALUES (OLD."annual_plan_id", OLD."at", OLD."by_id", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."side", OLD."statement", OLD."version"); RETURN NULL;', hash='945eda7346561516f51feb635cda50d6ea632a8a', operation='DELETE', pgid='pgtrigger_delete_delete_7cfbc', table='budgets_agreement', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='annualplanevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='808b679f594a859b8f7adf2fae01e9286220164d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b4a18', table='budgets_annualplanevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='annualplanlineevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='304215537a0fe947115788ec198bb5afbf1df358', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_eb2fc', table='budgets_annualplanlineevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='annualplanline',
            constraint=models.UniqueConstraint(fields=('annual_plan', 'version', 'budget_line'), name='annual_plan_line_once', violation_error_message='This line is already in the annual plan.'),
        ),
        migrations.AddConstraint(
            model_name='annualplanline',
            constraint=models.CheckConstraint(condition=models.Q(('asked__gte', 0), models.Q(('decided__isnull', True), ('decided__gte', 0), _connector='OR')), name='annual_plan_line_not_negative', violation_error_message='An amount cannot be negative.'),
        ),
        migrations.AddConstraint(
            model_name='annualplanline',
            constraint=models.CheckConstraint(condition=models.Q(('is_left_out', False), ('decided__isnull', True), _connector='OR'), name='annual_plan_line_left_out_undecided', violation_error_message='What is left out is not decided on.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='annualplanline',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_annualplanlineevent" ("annual_plan_id", "asked", "budget_line_id", "currency", "decided", "id", "is_left_out", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "version") VALUES (NEW."annual_plan_id", NEW."asked", NEW."budget_line_id", NEW."currency", NEW."decided", NEW."id", NEW."is_left_out", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."version"); RETURN NULL;', hash='e03f4980375bd89ad93ba2f7029c77c638ca61c0', operation='INSERT', pgid='pgtrigger_insert_insert_57861', table='budgets_annualplanline', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='annualplanline',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "budgets_annualplanlineevent" ("annual_plan_id", "asked", "budget_line_id", "currency", "decided", "id", "is_left_out", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "version") VALUES (NEW."annual_plan_id", NEW."asked", NEW."budget_line_id", NEW."currency", NEW."decided", NEW."id", NEW."is_left_out", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."version"); RETURN NULL;', hash='cf902be80bf494d600b47924a0d6f4e8164cb207', operation='UPDATE', pgid='pgtrigger_update_update_68536', table='budgets_annualplanline', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='annualplanline',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_annualplanlineevent" ("annual_plan_id", "asked", "budget_line_id", "currency", "decided", "id", "is_left_out", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "version") VALUES (OLD."annual_plan_id", OLD."asked", OLD."budget_line_id", OLD."currency", OLD."decided", OLD."id", OLD."is_left_out", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."version"); RETURN NULL;', hash='fa99e2f49e9faecc83ca82aa2da7c424e021a0c7', operation='DELETE', pgid='pgtrigger_delete_delete_ecf18', table='budgets_annualplanline', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='budgetrules',
            constraint=models.CheckConstraint(condition=models.Q(('minimum_gender_share__gte', 0), ('minimum_gender_share__lte', 100)), name='budget_rules_share_in_bounds', violation_error_message='A share lies between 0 and 100.'),
        ),
        migrations.AddConstraint(
            model_name='budgetrules',
            constraint=models.CheckConstraint(condition=models.Q(('absorbed_from__gt', 0), ('absorbed_from__lte', 100)), name='budget_rules_absorbed_in_bounds', violation_error_message='A share lies between 0 and 100.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='budgetrules',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_budgetrulesevent" ("absorbed_from", "id", "minimum_gender_share", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id") VALUES (NEW."absorbed_from", NEW."id", NEW."minimum_gender_share", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id"); RETURN NULL;', hash='49fbf358cca66916e136979cda8d58a656d0048a', operation='INSERT', pgid='pgtrigger_insert_insert_475a5', table='budgets_budgetrules', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='budgetrules',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "budgets_budgetrulesevent" ("absorbed_from", "id", "minimum_gender_share", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id") VALUES (NEW."absorbed_from", NEW."id", NEW."minimum_gender_share", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id"); RETURN NULL;', hash='1a8d0a51d0054c912a2e626b64b4fb0169457712', operation='UPDATE', pgid='pgtrigger_update_update_11ec8', table='budgets_budgetrules', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='budgetrules',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_budgetrulesevent" ("absorbed_from", "id", "minimum_gender_share", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id") VALUES (OLD."absorbed_from", OLD."id", OLD."minimum_gender_share", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id"); RETURN NULL;', hash='634c1aecec700e0ae5957b10ec42150a9f9566ae', operation='DELETE', pgid='pgtrigger_delete_delete_2a7a5', table='budgets_budgetrules', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='budgetrulesevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='149547895c358f83c5818098bb9075e93dda662b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8a08b', table='budgets_budgetrulesevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='budgetupload',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_budgetuploadevent" ("applied_at", "file", "file_name", "id", "institution_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "sha256", "summary", "uploaded_at", "uploaded_by_id", "year") VALUES (NEW."applied_at", NEW."file", NEW."file_name", NEW."id", NEW."institution_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."public_id", NEW."sha256", NEW."summary", NEW."uploaded_at", NEW."uploaded_by_id", NEW."year"); RETURN NULL;', hash='842c4073f050992854824d5a062cc422aa543d69', operation='INSERT', pgid='pgtrigger_insert_insert_ae5b1', table='budgets_budgetupload', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='budgetupload',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "budgets_budgetuploadevent" ("applied_at", "file", "file_name", "id", "institution_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "sha256", "summary", "uploaded_at", "uploaded_by_id", "year") VALUES (NEW."applied_at", NEW."file", NEW."file_name", NEW."id", NEW."institution_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."public_id", NEW."sha256", NEW."summary", NEW."uploaded_at", NEW."uploaded_by_id", NEW."year"); RETURN NULL;', hash='80ae8718acb1435d594f5ce4489d602a93e6aae5', operation='UPDATE', pgid='pgtrigger_update_update_8c6ad', table='budgets_budgetupload', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='budgetupload',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_budgetuploadevent" ("applied_at", "file", "file_name", "id", "institution_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "public_id", "sha256", "summary", "uploaded_at", "uploaded_by_id", "year") VALUES (OLD."applied_at", OLD."file", OLD."file_name", OLD."id", OLD."institution_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."public_id", OLD."sha256", OLD."summary", OLD."uploaded_at", OLD."uploaded_by_id", OLD."year"); RETURN NULL;', hash='44d24b810de5b1529ececb2430bd1d5ea7aea9f2', operation='DELETE', pgid='pgtrigger_delete_delete_d112e', table='budgets_budgetupload', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='budgetuploadevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='56fc4f4fdb8ab1222bc194c8c56215b90ac3de1e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d4964', table='budgets_budgetuploadevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='budgetyear',
            constraint=models.UniqueConstraint(fields=('plan', 'year'), name='budget_year_once', violation_error_message='This year is already there.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='budgetyear',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_budgetyearevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "published_at", "published_by_id", "year") VALUES (NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."published_at", NEW."published_by_id", NEW."year"); RETURN NULL;', hash='dcf321515526e7971ed9e459ae0ea940ba2f25d7', operation='INSERT', pgid='pgtrigger_insert_insert_ece0c', table='budgets_budgetyear', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='budgetyear',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "budgets_budgetyearevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "published_at", "published_by_id", "year") VALUES (NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."published_at", NEW."published_by_id", NEW."year"); RETURN NULL;', hash='ce4b2bf146fdd75b1a085c1b08a0e3061abb1bf3', operation='UPDATE', pgid='pgtrigger_update_update_7a505', table='budgets_budgetyear', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='budgetyear',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_budgetyearevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "published_at", "published_by_id", "year") VALUES (OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."published_at", OLD."published_by_id", OLD."year"); RETURN NULL;', hash='0303d1dd88728d313bc8551499b78a6e7828a8ab', operation='DELETE', pgid='pgtrigger_delete_delete_ecff9', table='budgets_budgetyear', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='budgetyearevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='857cecb4b0487d75ba20cf184e312658723ab2e0', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_360bb', table='budgets_budgetyearevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(fields=('annual_plan', 'version'), name='decision_once', violation_error_message='This version has already been decided on.'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reference', ''), _negated=True), models.Q(('decided_by', ''), _negated=True)), name='decision_recorded_whole', violation_error_message='A decision needs its reference and who decided.'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'returned'), _negated=True), models.Q(('note', ''), _negated=True), _connector='OR'), name='decision_return_has_note', violation_error_message='What is returned needs a note.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='decision',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_decisionevent" ("annual_plan_id", "decided_by", "decided_on", "id", "note", "outcome", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "reference", "version") VALUES (NEW."annual_plan_id", NEW."decided_by", NEW."decided_on", NEW."id", NEW."note", NEW."outcome", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."recorded_at", NEW."recorded_by_id", NEW."reference", NEW."version"); RETURN NULL;', hash='95cd78232a650a30de3db433cfb21e8f36151b6d', operation='INSERT', pgid='pgtrigger_insert_insert_d17c9', table='budgets_decision', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='decision',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "budgets_decisionevent" ("annual_plan_id", "decided_by", "decided_on", "id", "note", "outcome", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "reference", "version") VALUES (NEW."annual_plan_id", NEW."decided_by", NEW."decided_on", NEW."id", NEW."note", NEW."outcome", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."recorded_at", NEW."recorded_by_id", NEW."reference", NEW."version"); RETURN NULL;', hash='40fae720d400444d9e9798e92b361f380c40b830', operation='UPDATE', pgid='pgtrigger_update_update_472c6', table='budgets_decision', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='decision',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_decisionevent" ("annual_plan_id", "decided_by", "decided_on", "id", "note", "outcome", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "recorded_at", "recorded_by_id", "reference", "version") VALUES (OLD."annual_plan_id", OLD."decided_by", OLD."decided_on", OLD."id", OLD."note", OLD."outcome", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."recorded_at", OLD."recorded_by_id", OLD."reference", OLD."version"); RETURN NULL;', hash='44b0655d702895a7e6eed6afd6574ddf11572f68', operation='DELETE', pgid='pgtrigger_delete_delete_87299', table='budgets_decision', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='decisionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f2af8e9d19c448ca928db79f75d3047f67035111', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d1da5', table='budgets_decisionevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='exchangerate',
            constraint=models.UniqueConstraint(fields=('plan', 'currency', 'to_currency', 'valid_on'), name='exchange_rate_once_a_day', violation_error_message='There is already a rate of that currency from that day.'),
        ),
        migrations.AddConstraint(
            model_name='exchangerate',
            constraint=models.CheckConstraint(condition=models.Q(('rate__gt', 0)), name='exchange_rate_positive', violation_error_message='A rate is greater than 0.'),
        ),
        migrations.AddConstraint(
            model_name='exchangerate',
            constraint=models.CheckConstraint(condition=models.Q(('currency', models.F('to_currency')), _negated=True), name='exchange_rate_between_two', violation_error_message='A currency needs no rate to itself.'),
        ),
        migrations.AddConstraint(
            model_name='exchangerate',
            constraint=models.CheckConstraint(condition=models.Q(('source', ''), _negated=True), name='exchange_rate_has_source', violation_error_message='Say where the rate is from.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='exchangerate',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_exchangerateevent" ("currency", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "rate", "source", "to_currency", "valid_on") VALUES (NEW."currency", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."rate", NEW."source", NEW."to_currency", NEW."valid_on"); RETURN NULL;', hash='76b98923419c945b4beedef88aff22afeeda75fb', operation='INSERT', pgid='pgtrigger_insert_insert_2ad01', table='budgets_exchangerate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='exchangerate',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "budgets_exchangerateevent" ("currency", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "rate", "source", "to_currency", "valid_on") VALUES (NEW."currency", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."rate", NEW."source", NEW."to_currency", NEW."valid_on"); RETURN NULL;', hash='7e6ca19cd74ef65a0f7a6abbea29bdc9a85087ff', operation='UPDATE', pgid='pgtrigger_update_update_ba246', table='budgets_exchangerate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='exchangerate',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_exchangerateevent" ("currency", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "rate", "source", "to_currency", "valid_on") VALUES (OLD."currency", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."rate", OLD."source", OLD."to_currency", OLD."valid_on"); RETURN NULL;', hash='7493eb126d69b4d5eed428f98318e8e91825208c', operation='DELETE', pgid='pgtrigger_delete_delete_eaa7b', table='budgets_exchangerate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='exchangerateevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2b61fa04fc49bdc99408e8f553fcf039f761d72a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d8249', table='budgets_exchangerateevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='fundingsource',
            constraint=models.UniqueConstraint(fields=('plan', 'code'), name='funding_source_code_unique', violation_error_message='Another funding source of this plan has this code.'),
        ),
        migrations.AddConstraint(
            model_name='fundingsource',
            constraint=models.UniqueConstraint(fields=('plan', 'name'), name='funding_source_name_unique', violation_error_message='Another funding source of this plan has this name.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fundingsource',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_fundingsourceevent" ("code", "id", "institution_id", "kind", "name", "note", "on_budget", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "retired_on") VALUES (NEW."code", NEW."id", NEW."institution_id", NEW."kind", NEW."name", NEW."note", NEW."on_budget", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."retired_on"); RETURN NULL;', hash='64376c33ced16c692dd1a07bdb69220b1ceddb25', operation='INSERT', pgid='pgtrigger_insert_insert_707b1', table='budgets_fundingsource', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fundingsource',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "budgets_fundingsourceevent" ("code", "id", "institution_id", "kind", "name", "note", "on_budget", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "retired_on") VALUES (NEW."code", NEW."id", NEW."institution_id", NEW."kind", NEW."name", NEW."note", NEW."on_budget", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."retired_on"); RETURN NULL;', hash='839682b993013ab638a528b64e374eed16ab5fc6', operation='UPDATE', pgid='pgtrigger_update_update_9843d', table='budgets_fundingsource', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fundingsource',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_fundingsourceevent" ("code", "id", "institution_id", "kind", "name", "note", "on_budget", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "retired_on") VALUES (OLD."code", OLD."id", OLD."institution_id", OLD."kind", OLD."name", OLD."note", OLD."on_budget", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."retired_on"); RETURN NULL;', hash='1c86c0bff867ecdd3f6909391a8aa6885ff5f3ae', operation='DELETE', pgid='pgtrigger_delete_delete_22e31', table='budgets_fundingsource', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fundingsourceevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6e631eaa4a8350e48bd92f09363cf36cc05eab88', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_bb6f9', table='budgets_fundingsourceevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='institutionbudget',
            constraint=models.UniqueConstraint(fields=('plan', 'institution', 'year'), name='institution_budget_once_a_year', violation_error_message='The budget of this institution for that year is already there.'),
        ),
        migrations.AddConstraint(
            model_name='institutionbudget',
            constraint=models.CheckConstraint(condition=models.Q(('total__gt', 0)), name='institution_budget_positive', violation_error_message='A total budget is greater than 0.'),
        ),
        migrations.AddConstraint(
            model_name='institutionbudget',
            constraint=models.CheckConstraint(condition=models.Q(('gender__isnull', True), models.Q(('gender__gte', 0), ('gender__lte', models.F('total'))), _connector='OR'), name='institution_budget_gender_within', violation_error_message='The gender budget is part of the total: from 0 to the total.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='institutionbudget',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_institutionbudgetevent" ("currency", "gender", "id", "institution_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "source", "total", "year") VALUES (NEW."currency", NEW."gender", NEW."id", NEW."institution_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plan_id", NEW."source", NEW."total", NEW."year"); RETURN NULL;', hash='39c9c2d794a1ee4f3160084898de26375c30149b', operation='INSERT', pgid='pgtrigger_insert_insert_cb015', table='budgets_institutionbudget', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='institutionbudget',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "budgets_institutionbudgetevent" ("currency", "gender", "id", "institution_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "source", "total", "year") VALUES (NEW."currency", NEW."gender", NEW."id", NEW."institution_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plan_id", NEW."source", NEW."total", NEW."year"); RETURN NULL;', hash='fa2b786a3369f731c69606988022f05e898d9b9a', operation='UPDATE', pgid='pgtrigger_update_update_3a3b3', table='budgets_institutionbudget', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='institutionbudget',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_institutionbudgetevent" ("currency", "gender", "id", "institution_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "source", "total", "year") VALUES (OLD."currency", OLD."gender", OLD."id", OLD."institution_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."plan_id", OLD."source", OLD."total", OLD."year"); RETURN NULL;', hash='510eb542c0fb41dc839b0d6ff8eef764e443b4ed', operation='DELETE', pgid='pgtrigger_delete_delete_30799', table='budgets_institutionbudget', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='institutionbudgetevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e7466ac693d3482beee68961f355238f870e22a8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_20e72', table='budgets_institutionbudgetevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='costitemevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7a94a932913cb1ec7e9373f7c3b2ce304608c378', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c8c75', table='budgets_costitemevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='costitem',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 0), ('unit_cost__gte', 0)), name='cost_item_not_negative', violation_error_message='Quantity and unit cost cannot be negative.'),
        ),
        migrations.AddConstraint(
            model_name='costitem',
            constraint=models.CheckConstraint(condition=models.Q(('description', ''), _negated=True), name='cost_item_described', violation_error_message='Say what is paid for.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='costitem',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_costitemevent" ("action_id", "currency", "description", "funding_source_id", "id", "order", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quantity", "unit", "unit_cost") VALUES (NEW."action_id", NEW."currency", NEW."description", NEW."funding_source_id", NEW."id", NEW."order", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."quantity", NEW."unit", NEW."unit_cost"); RETURN NULL;', hash='78fa0ae208853c15bf7986ee7c938a71075097f0', operation='INSERT', pgid='pgtrigger_insert_insert_d5e91', table='budgets_costitem', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='costitem',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."action_id" IS DISTINCT FROM (NEW."action_id") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."funding_source_id" IS DISTINCT FROM (NEW."funding_source_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."order" IS DISTINCT FROM (NEW."order") OR OLD."quantity" IS DISTINCT FROM (NEW."quantity") OR OLD."unit" IS DISTINCT FROM (NEW."unit") OR OLD."unit_cost" IS DISTINCT FROM (NEW."unit_cost"))', func='INSERT INTO "budgets_costitemevent" ("action_id", "currency", "description", "funding_source_id", "id", "order", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quantity", "unit", "unit_cost") VALUES (NEW."action_id", NEW."currency", NEW."description", NEW."funding_source_id", NEW."id", NEW."order", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."quantity", NEW."unit", NEW."unit_cost"); RETURN NULL;', hash='52f9518a5e7ac6cbbd19546783c3e7f378bec046', operation='UPDATE', pgid='pgtrigger_update_update_0967d', table='budgets_costitem', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='costitem',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_costitemevent" ("action_id", "currency", "description", "funding_source_id", "id", "order", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quantity", "unit", "unit_cost") VALUES (OLD."action_id", OLD."currency", OLD."description", OLD."funding_source_id", OLD."id", OLD."order", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."quantity", OLD."unit", OLD."unit_cost"); RETURN NULL;', hash='e21338bde73ed2c3aff65206816ba3867120e61d', operation='DELETE', pgid='pgtrigger_delete_delete_d3407', table='budgets_costitem', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='operationalplan',
            constraint=models.UniqueConstraint(fields=('institution', 'pillar', 'year'), name='operational_plan_once', violation_error_message='There is already an operational plan for that year.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operationalplan',
            trigger=pgtrigger.compiler.Trigger(name='operational_plan_plan', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NEW.pillar_id IS NOT NULL\n               AND NEW.plan_id IS DISTINCT FROM (SELECT plan_id FROM frameworks_pillar WHERE id = NEW.pillar_id)\n            THEN\n                RAISE EXCEPTION 'The plan of this row is not the plan of its pillar_id'\n                    USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='cdac73d18b361003e08c601c5792bf75a4ea1f43', operation='INSERT OR UPDATE', pgid='pgtrigger_operational_plan_plan_3cb5b', table='budgets_operationalplan', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operationalplan',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_operationalplanevent" ("id", "institution_id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pillar_id", "plan_id", "return_note", "state", "submitted_at", "submitted_by_id", "year") VALUES (NEW."id", NEW."institution_id", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."pillar_id", NEW."plan_id", NEW."return_note", NEW."state", NEW."submitted_at", NEW."submitted_by_id", NEW."year"); RETURN NULL;', hash='68647fb2eebbb9e2f7cb1f79827ae93aeecfad4d', operation='INSERT', pgid='pgtrigger_insert_insert_3a451', table='budgets_operationalplan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operationalplan',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "budgets_operationalplanevent" ("id", "institution_id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pillar_id", "plan_id", "return_note", "state", "submitted_at", "submitted_by_id", "year") VALUES (NEW."id", NEW."institution_id", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."pillar_id", NEW."plan_id", NEW."return_note", NEW."state", NEW."submitted_at", NEW."submitted_by_id", NEW."year"); RETURN NULL;', hash='4d0f4145a200b40f26d83f90ba084cf63a1921fd', operation='UPDATE', pgid='pgtrigger_update_update_66fe1', table='budgets_operationalplan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operationalplan',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_operationalplanevent" ("id", "institution_id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pillar_id", "plan_id", "return_note", "state", "submitted_at", "submitted_by_id", "year") VALUES (OLD."id", OLD."institution_id", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."pillar_id", OLD."plan_id", OLD."return_note", OLD."state", OLD."submitted_at", OLD."submitted_by_id", OLD."year"); RETURN NULL;', hash='4dd7749e61532b3a77f7849e6fcfc191c1a6edbd', operation='DELETE', pgid='pgtrigger_delete_delete_44355', table='budgets_operationalplan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operationalactionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b179d84ee7af28865b838f551d56e87f3e3193a8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_2f680', table='budgets_operationalactionevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='operationalaction',
            constraint=models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='operational_action_titled', violation_error_message='Say what is done.'),
        ),
        migrations.AddConstraint(
            model_name='operationalaction',
            constraint=models.CheckConstraint(condition=models.Q(('months__contained_by', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])), name='operational_action_months', violation_error_message='Months are numbered from 1 to 12.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operationalaction',
            trigger=pgtrigger.compiler.Trigger(name='operational_action_pillar', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NOT EXISTS (\n                SELECT 1 FROM frameworks_activity AS a\n                JOIN frameworks_output AS o ON o.id = a.output_id\n                JOIN frameworks_goal AS g ON g.id = o.goal_id\n                JOIN budgets_operationalplan AS p ON p.pillar_id = g.pillar_id\n                WHERE a.id = NEW.activity_id AND p.id = NEW.operational_plan_id\n            ) THEN\n                RAISE EXCEPTION 'The activity of this row is not of the pillar of its operational plan'\n                    USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='49c1eb825e31257a74c118a12d6e6ef46bc7559e', operation='INSERT OR UPDATE OF "activity_id", "operational_plan_id"', pgid='pgtrigger_operational_action_pillar_7ad3a', table='budgets_operationalaction', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operationalaction',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_operationalactionevent" ("activity_id", "id", "inputs", "months", "operational_plan_id", "order", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "title", "unit_responsible") VALUES (NEW."activity_id", NEW."id", NEW."inputs", NEW."months", NEW."operational_plan_id", NEW."order", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."title", NEW."unit_responsible"); RETURN NULL;', hash='eba1061d4d1170c62ca60df2e69c364eaeb719a6', operation='INSERT', pgid='pgtrigger_insert_insert_74326', table='budgets_operationalaction', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operationalaction',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "budgets_operationalactionevent" ("activity_id", "id", "inputs", "months", "operational_plan_id", "order", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "title", "unit_responsible") VALUES (NEW."activity_id", NEW."id", NEW."inputs", NEW."months", NEW."operational_plan_id", NEW."order", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."title", NEW."unit_responsible"); RETURN NULL;', hash='3460b436a44d81b53586e1ca5ac3cf2ef5833220', operation='UPDATE', pgid='pgtrigger_update_update_5b186', table='budgets_operationalaction', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operationalaction',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_operationalactionevent" ("activity_id", "id", "inputs", "months", "operational_plan_id", "order", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "title", "unit_responsible") VALUES (OLD."activity_id", OLD."id", OLD."inputs", OLD."months", OLD."operational_plan_id", OLD."order", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."title", OLD."unit_responsible"); RETURN NULL;', hash='7315fa1d300cfe4c0fa07e08a60db5289f7538c5', operation='DELETE', pgid='pgtrigger_delete_delete_c6131', table='budgets_operationalaction', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='budgetlineevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e7ac04cdc0e4cc37ebd93fba4ed456b1e4449019', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_99acc', table='budgets_budgetlineevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='budgetline',
            constraint=models.UniqueConstraint(fields=('operational_plan', 'activity', 'funding_source', 'reference'), name='budget_line_once', violation_error_message='There is already a line for this activity, source and reference. Give it another reference.'),
        ),
        migrations.AddConstraint(
            model_name='budgetline',
            constraint=models.CheckConstraint(condition=models.Q(('drafted__isnull', True), ('drafted__gte', 0), _connector='OR'), name='budget_line_drafted_not_negative', violation_error_message='An amount cannot be negative.'),
        ),
        migrations.AddConstraint(
            model_name='budgetline',
            constraint=models.CheckConstraint(condition=models.Q(('proposed__isnull', True), ('proposed__gte', 0), _connector='OR'), name='budget_line_proposed_not_negative', violation_error_message='An amount cannot be negative.'),
        ),
        migrations.AddConstraint(
            model_name='budgetline',
            constraint=models.CheckConstraint(condition=models.Q(('approved__isnull', True), ('approved__gte', 0), _connector='OR'), name='budget_line_approved_not_negative', violation_error_message='An amount cannot be negative.'),
        ),
        migrations.AddConstraint(
            model_name='budgetline',
            constraint=models.CheckConstraint(condition=models.Q(('released__isnull', True), ('released__gte', 0), _connector='OR'), name='budget_line_released_not_negative', violation_error_message='An amount cannot be negative.'),
        ),
        migrations.AddConstraint(
            model_name='budgetline',
            constraint=models.CheckConstraint(condition=models.Q(('spent__isnull', True), ('spent__gte', 0), _connector='OR'), name='budget_line_spent_not_negative', violation_error_message='An amount cannot be negative.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='budgetline',
            trigger=pgtrigger.compiler.Trigger(name='budget_line_pillar', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NOT EXISTS (\n                SELECT 1 FROM frameworks_activity AS a\n                JOIN frameworks_output AS o ON o.id = a.output_id\n                JOIN frameworks_goal AS g ON g.id = o.goal_id\n                JOIN budgets_operationalplan AS p ON p.pillar_id = g.pillar_id\n                WHERE a.id = NEW.activity_id AND p.id = NEW.operational_plan_id\n            ) THEN\n                RAISE EXCEPTION 'The activity of this row is not of the pillar of its operational plan'\n                    USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ", hash='45294843604c90bc8ee8cd3fa66abe996a429e43', operation='INSERT OR UPDATE OF "activity_id", "operational_plan_id"', pgid='pgtrigger_budget_line_pillar_faa04', table='budgets_budgetline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='budgetline',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_budgetlineevent" ("activity_id", "approved", "currency", "description", "drafted", "funding_source_id", "gender_tag", "id", "operational_plan_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed", "reference", "released", "spent") VALUES (NEW."activity_id", NEW."approved", NEW."currency", NEW."description", NEW."drafted", NEW."funding_source_id", NEW."gender_tag", NEW."id", NEW."operational_plan_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."proposed", NEW."reference", NEW."released", NEW."spent"); RETURN NULL;', hash='77bf4d6ed65dcb3e2ddbf1cf95f58c45fe35e902', operation='INSERT', pgid='pgtrigger_insert_insert_8e8f3', table='budgets_budgetline', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='budgetline',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "budgets_budgetlineevent" ("activity_id", "approved", "currency", "description", "drafted", "funding_source_id", "gender_tag", "id", "operational_plan_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed", "reference", "released", "spent") VALUES (NEW."activity_id", NEW."approved", NEW."currency", NEW."description", NEW."drafted", NEW."funding_source_id", NEW."gender_tag", NEW."id", NEW."operational_plan_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."proposed", NEW."reference", NEW."released", NEW."spent"); RETURN NULL;', hash='265719f82d32685fcb4a3012a972ae0bc17fe5b4', operation='UPDATE', pgid='pgtrigger_update_update_1922c', table='budgets_budgetline', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='budgetline',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_budgetlineevent" ("activity_id", "approved", "currency", "description", "drafted", "funding_source_id", "gender_tag", "id", "operational_plan_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposed", "reference", "released", "spent") VALUES (OLD."activity_id", OLD."approved", OLD."currency", OLD."description", OLD."drafted", OLD."funding_source_id", OLD."gender_tag", OLD."id", OLD."operational_plan_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."proposed", OLD."reference", OLD."released", OLD."spent"); RETURN NULL;', hash='75e56c54a5fbb6fc51db140a7c4c33d9d2d201ab', operation='DELETE', pgid='pgtrigger_delete_delete_47283', table='budgets_budgetline', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='operationalplanevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d9848fc6052ccc5abdd12c9f4bb55fc85c9cdfe1', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d33a8', table='budgets_operationalplanevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='outputcosting',
            constraint=models.UniqueConstraint(fields=('output', 'year'), name='output_costing_once_a_year', violation_error_message='There is already a rough estimate for that year.'),
        ),
        migrations.AddConstraint(
            model_name='outputcosting',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='output_costing_not_negative', violation_error_message='A cost cannot be negative.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='outputcosting',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_outputcostingevent" ("amount", "assumptions", "currency", "id", "is_illustrative", "output_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "year") VALUES (NEW."amount", NEW."assumptions", NEW."currency", NEW."id", NEW."is_illustrative", NEW."output_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."year"); RETURN NULL;', hash='906ceafd2c30d8e76d5057cadb15b9a839379fe9', operation='INSERT', pgid='pgtrigger_insert_insert_dc1f7', table='budgets_outputcosting', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='outputcosting',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "budgets_outputcostingevent" ("amount", "assumptions", "currency", "id", "is_illustrative", "output_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "year") VALUES (NEW."amount", NEW."assumptions", NEW."currency", NEW."id", NEW."is_illustrative", NEW."output_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."year"); RETURN NULL;', hash='fc4a83bed4ab32736a2ed50c9717cabc281b60ab', operation='UPDATE', pgid='pgtrigger_update_update_ef450', table='budgets_outputcosting', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='outputcosting',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "budgets_outputcostingevent" ("amount", "assumptions", "currency", "id", "is_illustrative", "output_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "year") VALUES (OLD."amount", OLD."assumptions", OLD."currency", OLD."id", OLD."is_illustrative", OLD."output_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."year"); RETURN NULL;', hash='6884fed116d43b0efe8bd984f36b28937ef98f37', operation='DELETE', pgid='pgtrigger_delete_delete_99486', table='budgets_outputcosting', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='outputcostingevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='29e6f0250c7201601d5c9cf3b674894bfdf94f47', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_05448', table='budgets_outputcostingevent', when='BEFORE')),
        ),
    ])
